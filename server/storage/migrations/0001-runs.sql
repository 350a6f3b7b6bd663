-- Runs from their acceptance on. `place` is the order of acceptance: clocks are coarse and go back.
CREATE TABLE rho90.run (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- As JSON: a label may hold the character NUL, which text may not.
  label text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  -- How often its simulation has been started.
  starts integer NOT NULL DEFAULT 0,
  request_bytes bigint NOT NULL,
  result_bytes bigint NOT NULL DEFAULT 0,
  -- The run as it is shown. Text, here and below: jsonb would change the order of fields and the sign of zero.
  body text NOT NULL
);

CREATE INDEX run_unfinished ON rho90.run (place) WHERE status IN ('queued', 'running');

-- Requests and results, which have up to tens of megabytes, in parts: each statement stays small.
CREATE TABLE rho90.run_part (
  place bigint NOT NULL REFERENCES rho90.run (place) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('request', 'result')),
  part integer NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (place, kind, part)
);

-- Not compressed: that takes longer than to write it.
ALTER TABLE rho90.run_part ALTER COLUMN body SET STORAGE EXTERNAL;

-- The process that has the database, so that the next one can name it; one row at most.
CREATE TABLE rho90.holder (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  instance text NOT NULL,
  pid integer NOT NULL,
  host text NOT NULL,
  since timestamptz NOT NULL
);
