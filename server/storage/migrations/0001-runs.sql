-- Runs from their acceptance on. `place` is the order of acceptance: clocks are coarse and go back.
CREATE TABLE rho90.run (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  -- Whose it is.
  owner text NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- Grows with every change but progress, so that a client can tell what it has seen.
  revision integer NOT NULL DEFAULT 1,
  -- As JSON: a label may hold the character NUL, which text may not.
  label text,
  book_id text,
  schedule_id text,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  -- Planned so far, over all scenarios, and those of tasks that are over.
  paths bigint NOT NULL,
  paths_done bigint NOT NULL DEFAULT 0,
  pilot_paths bigint NOT NULL DEFAULT 0,
  -- Asset-steps.
  cost double precision NOT NULL,
  request_bytes bigint NOT NULL,
  -- Of the result and of the vectors of P&L.
  result_bytes bigint NOT NULL DEFAULT 0,
  -- What else is shown of it. Text, here and below: jsonb would change the order of fields and the sign of zero.
  body text NOT NULL
);

CREATE INDEX run_unfinished ON rho90.run (status, owner) WHERE status IN ('queued', 'running');
CREATE INDEX run_finished ON rho90.run (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX run_of_book ON rho90.run (book_id, place) WHERE book_id IS NOT NULL;
CREATE INDEX run_of_schedule ON rho90.run (schedule_id, place) WHERE schedule_id IS NOT NULL;

-- Requests, results and the results of single scenarios, which have up to tens of megabytes, in parts: each statement
-- stays small.
CREATE TABLE rho90.run_part (
  place bigint NOT NULL REFERENCES rho90.run (place) ON DELETE CASCADE,
  kind text NOT NULL,
  part integer NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (place, kind, part)
);

-- Not compressed: that takes longer than to write it.
ALTER TABLE rho90.run_part ALTER COLUMN body SET STORAGE EXTERNAL;

-- What is still to be done for runs that have not ended: one job of the queue each.
CREATE TABLE rho90.task (
  job uuid PRIMARY KEY,
  queue text NOT NULL,
  run bigint NOT NULL REFERENCES rho90.run (place) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('run', 'shard', 'join')),
  scenario integer NOT NULL DEFAULT 0,
  from_path bigint NOT NULL DEFAULT 0,
  to_path bigint NOT NULL DEFAULT 0,
  -- Of a join: how many batches of paths a scenario with a target has had.
  batch integer NOT NULL DEFAULT 1,
  -- Who works on it, null when nobody does; and how often it was started without having been given back.
  node uuid,
  starts integer NOT NULL DEFAULT 0,
  done boolean NOT NULL DEFAULT false,
  paths_done bigint NOT NULL DEFAULT 0,
  pilot_paths bigint NOT NULL DEFAULT 0,
  cpu_seconds double precision NOT NULL DEFAULT 0
);

CREATE INDEX task_of_run ON rho90.task (run);
CREATE INDEX task_at_work ON rho90.task (node) WHERE node IS NOT NULL;

-- Vectors of numbers: columns of the paths of a shard, and the P&L of finished runs.
CREATE TABLE rho90.blob (
  id uuid PRIMARY KEY,
  run bigint NOT NULL REFERENCES rho90.run (place) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('shard', 'pnl', 'weights')),
  scenario integer NOT NULL,
  from_path bigint NOT NULL,
  bytes bigint NOT NULL,
  -- CRC-32 of its bytes.
  checksum bigint NOT NULL,
  UNIQUE (run, kind, scenario, from_path)
);

-- Their bytes, where they are not in files beside the database.
CREATE TABLE rho90.blob_part (
  blob uuid NOT NULL REFERENCES rho90.blob (id) ON DELETE CASCADE,
  part integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (blob, part)
);

ALTER TABLE rho90.blob_part ALTER COLUMN body SET STORAGE EXTERNAL;

-- Answers given to requests with an Idempotency-Key.
CREATE TABLE rho90.idempotency (
  owner text NOT NULL,
  key text NOT NULL,
  -- SHA-256 of the request.
  request text NOT NULL,
  run bigint NOT NULL REFERENCES rho90.run (place) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (owner, key)
);

CREATE INDEX idempotency_of_run ON rho90.idempotency (run);
CREATE INDEX idempotency_by_age ON rho90.idempotency (created_at);

-- Processes that use this database.
CREATE TABLE rho90.node (
  id uuid PRIMARY KEY,
  role text NOT NULL,
  pid integer NOT NULL,
  host text NOT NULL,
  version text NOT NULL,
  threads integer NOT NULL,
  -- Queues it takes jobs from.
  queues text[] NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
