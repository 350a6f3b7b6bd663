import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { ObservableResult } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Observer } from './jobs/observer.ts';
import type { RunCounts } from './storage/run-store.ts';

/** What is read when somebody asks for the metrics; null where it cannot be had just now. */
export interface MeasuredNow {
  readonly runs: () => Promise<RunCounts | null>;
  readonly threads: () => { readonly simulating: number; readonly waitingBlocks: number; readonly threads: number };
  /** Connections to a database server; null where it is embedded. */
  readonly connections: () => { readonly open: number; readonly idle: number; readonly waiting: number } | null;
  readonly now: () => Date;
}

export interface Metrics extends Pick<Observer, 'runEnded' | 'pathsDone' | 'taskEnded'> {
  readonly answered: (request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  readonly accepted: () => void;
  readonly jobError: () => void;
  /** In the text format of Prometheus. */
  text(measured: MeasuredNow): Promise<string>;
  close(): Promise<void>;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const taskBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
const nanoseconds = 1e-9;

/** Instruments of OpenTelemetry, collected when they are asked for. Names and units are those of Prometheus. */
export function createMetrics(): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const meter = provider.getMeter('rho90');
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  let utilisation = performance.eventLoopUtilization();
  let measured: MeasuredNow | null = null;
  let runs: RunCounts | null = null;

  const counter = (name: string, description: string) => meter.createCounter(name, { description });
  const seconds = (name: string, description: string, boundaries: number[]) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: boundaries } });
  const gauge = (name: string, description: string, observe: (result: ObservableResult) => void, unit = '') =>
    meter.createObservableGauge(name, { description, unit }).addCallback(observe);

  const requests = seconds('rho90_http_request_duration_seconds', 'Time to answer a request.', secondsBuckets);
  const accepted = counter('rho90_runs_accepted', 'Runs accepted by this process.');
  const ended = counter('rho90_runs_ended', 'Runs whose end this process has stored, by status.');
  const paths = counter('rho90_paths_simulated', 'Paths simulated by this process.');
  const tasks = seconds('rho90_task_duration_seconds', 'Time of tasks of runs, by kind and outcome.', taskBuckets);
  const errors = counter('rho90_job_errors', 'Errors of jobs and of the database outside of requests.');

  gauge('rho90_database_up', '1 when the database answers.', (result) => result.observe(runs === null ? 0 : 1));
  gauge('rho90_runs', 'Runs that have not ended, on all processes, by status.', (result) => {
    if (runs === null) return;
    result.observe(runs.queued, { status: 'queued' });
    result.observe(runs.running, { status: 'running' });
  });
  gauge(
    'rho90_queue_age_seconds',
    'Age of the run that has waited longest.',
    (result) => {
      if (runs === null || measured === null) return;
      const oldest = runs.oldestQueued?.getTime();
      result.observe(oldest === undefined ? 0 : Math.max(0, (measured.now().getTime() - oldest) / 1000));
    },
    's',
  );
  gauge('rho90_pool_threads', 'Threads that simulate.', (result) => {
    if (measured !== null) result.observe(measured.threads().threads);
  });
  gauge('rho90_pool_busy_threads', 'Threads that are simulating.', (result) => {
    if (measured !== null) result.observe(measured.threads().simulating);
  });
  gauge('rho90_pool_waiting_blocks', 'Blocks of paths that wait for a thread.', (result) => {
    if (measured !== null) result.observe(measured.threads().waitingBlocks);
  });
  gauge('rho90_database_connections', 'Connections to the database server, by state.', (result) => {
    const connections = measured?.connections() ?? null;
    if (connections === null) return;
    result.observe(connections.idle, { state: 'idle' });
    result.observe(connections.open - connections.idle, { state: 'used' });
    result.observe(connections.waiting, { state: 'waited for' });
  });
  gauge(
    'rho90_event_loop_delay_seconds',
    'How late the event loop was since the last time this was asked, by quantile.',
    (result) => {
      result.observe(lag.percentile(50) * nanoseconds, { quantile: '0.5' });
      result.observe(lag.percentile(99) * nanoseconds, { quantile: '0.99' });
      result.observe(lag.max * nanoseconds, { quantile: '1' });
      lag.reset();
    },
    's',
  );
  gauge('rho90_event_loop_utilisation', 'Share of the time the event loop was busy, since the last time.', (result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, utilisation).utilization);
    utilisation = now;
  });
  gauge(
    'process_resident_memory_bytes',
    'Memory of this process.',
    (result) => result.observe(process.memoryUsage.rss()),
    'By',
  );
  meter
    .createObservableCounter('process_cpu_seconds', { description: 'Processor time of this process.', unit: 's' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  gauge('process_start_time_seconds', 'When this process started, Unix time.', (result) =>
    result.observe(performance.timeOrigin / 1000),
  );

  return {
    answered: ({ method, route, status, seconds: taken }) => requests.record(taken, { method, route, status }),
    accepted: () => accepted.add(1),
    runEnded: (_runId, status) => ended.add(1, { status }),
    pathsDone: (count) => paths.add(Math.max(0, count)),
    taskEnded: ({ kind }, outcome, taken) => tasks.record(taken, { kind, outcome }),
    jobError: () => errors.add(1),
    async text(now) {
      measured = now;
      runs = await now.runs();
      const { resourceMetrics, errors: failed } = await exporter.collect();
      if (failed.length > 0) throw new AggregateError(failed, 'the metrics cannot be collected');
      return serializer.serialize(resourceMetrics);
    },
    async close() {
      lag.disable();
      await provider.shutdown();
    },
  };
}
