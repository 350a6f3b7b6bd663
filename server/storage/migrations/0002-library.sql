-- Books, markets and scenarios under ids of the user's. A row here is never deleted: writers of one document wait for
-- each other at it.
CREATE TABLE rho90.document (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('book', 'market', 'scenario')),
  -- Ordered by its bytes: pages must be the same wherever the database was made.
  id text COLLATE "C" NOT NULL,
  UNIQUE (kind, id)
);

-- Their versions, which never change but for their deletion; the newest says whether the document is deleted.
CREATE TABLE rho90.document_version (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document bigint NOT NULL REFERENCES rho90.document (place),
  version integer NOT NULL CHECK (version > 0),
  hash text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  bytes bigint NOT NULL,
  -- What lists show of it, as JSON: a name may hold the character NUL, which text may not.
  summary text NOT NULL,
  UNIQUE (document, version)
);

-- Their content, canonical JSON of up to tens of megabytes, in parts: each statement stays small.
CREATE TABLE rho90.document_part (
  place bigint NOT NULL REFERENCES rho90.document_version (place) ON DELETE CASCADE,
  part integer NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (place, part)
);

-- Not compressed: that takes longer than to write it.
ALTER TABLE rho90.document_part ALTER COLUMN body SET STORAGE EXTERNAL;
