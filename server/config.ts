import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { DatabaseSettings } from './storage/open-database.ts';

const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings of the process, all from the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Of the embedded database. */
  readonly dataDir: string;
  /** Of PostgreSQL, instead of the embedded database. May hold a password: never shown or logged. */
  readonly databaseUrl?: string;
  /** Days for which finished runs are kept. */
  readonly keepDays: number;
  readonly threads: number;
  /** Accepts requests, simulates, or both. */
  readonly role: Role;
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

const maxPort = 65_535;
/** One thread is one simulation kernel; beyond this many a typing error is likelier than a machine. */
const maxThreads = 256;
/** Somewhat more than a year, so that a report of the year before can be looked into. */
export const DEFAULT_KEEP_DAYS = 400;
/** A hundred years. */
const maxKeepDays = 36_500;

/**
 * Reads the settings. An empty variable counts as one that is not set.
 *
 * @param env     variables by name
 * @param isFile  whether a path exists and is not a directory
 * @returns the settings, or one line for each setting that is wrong: its name, what was given, what is allowed
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  isFile: (path: string) => boolean = existsAsFile,
): ConfigOutcome {
  const problems: string[] = [];
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const refuse = (name: string, allowed: string): void => {
    problems.push(`${name} is ${JSON.stringify(env[name])}; ${allowed}`);
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = given(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    refuse(name, `it must be a whole number from ${min} to ${max} (default ${fallback})`);
    return min;
  };

  const host = given('HOST') ?? '127.0.0.1';
  if (!/^[A-Za-z0-9._:%-]+$/.test(host)) refuse('HOST', 'it must be an IP address or a host name (default 127.0.0.1)');
  const port = integer('PORT', 3000, 0, maxPort);
  const logLevel = (given('LOG_LEVEL') ?? 'info') as LogLevel;
  if (!LOG_LEVELS.includes(logLevel)) refuse('LOG_LEVEL', `it must be one of ${LOG_LEVELS.join(', ')} (default info)`);
  const databaseUrl = given('DATABASE_URL');
  if (databaseUrl !== undefined && !isPostgresUrl(databaseUrl)) {
    // The value may hold a password, so it is not repeated.
    problems.push(
      'DATABASE_URL is not a URL of PostgreSQL; it must be as postgres://user:password@host:5432/database (default: an embedded database in RHO90_DATA_DIR)',
    );
  }
  const keepDays = integer('RHO90_KEEP_DAYS', DEFAULT_KEEP_DAYS, 1, maxKeepDays);
  const dataDir = given('RHO90_DATA_DIR') ?? './data';
  if (isFile(dataDir)) refuse('RHO90_DATA_DIR', 'it must be a directory, or not exist yet (default ./data)');
  const threads = integer('RHO90_THREADS', Math.min(availableParallelism(), maxThreads), 1, maxThreads);
  const role = (given('RHO90_ROLE') ?? 'all') as Role;
  if (!ROLES.includes(role)) refuse('RHO90_ROLE', `it must be one of ${ROLES.join(', ')} (default all)`);
  else if (role !== 'all' && databaseUrl === undefined) {
    refuse('RHO90_ROLE', 'without DATABASE_URL there is one process, which must do all');
  }

  return problems.length > 0
    ? { ok: false, problems }
    : {
        ok: true,
        config: {
          host,
          port,
          logLevel,
          dataDir,
          ...(databaseUrl === undefined ? {} : { databaseUrl }),
          keepDays,
          threads,
          role,
        },
      };
}

/** Which database the settings name. @param now  when it is taken */
export function databaseSettings({ databaseUrl, dataDir }: Config, now: Date): DatabaseSettings {
  return { ...(databaseUrl === undefined ? {} : { databaseUrl }), dataDir, now };
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\/./.test(text) && URL.canParse(text);
}

function existsAsFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isDirectory();
}
