/** How a version did on one kind of held-out text. `change` is relative to the champion: 0.01 is one percent worse. */
export interface Slice {
  readonly slice: string;
  readonly bytes: number;
  /** Null when the loss was not a number. */
  readonly bitsPerByte: number | null;
  readonly champion: number | null;
  readonly change: number | null;
  readonly votes: boolean;
  readonly passes: boolean;
}

/** What the gate decided, in bits per byte of held-out text (fewer is better). */
export interface Verdict {
  readonly passes: boolean;
  readonly reason: string;
  /** Null when the loss was not a number. */
  readonly bitsPerByte: number | null;
  readonly champion: number | null;
  readonly margin: number;
  readonly gzip: number | null;
  readonly slices: readonly Slice[];
}

/** A version of the model as the learning tools give it. */
export interface Version {
  readonly id: string;
  readonly model: string;
  readonly number: number;
  readonly parent: string | null;
  readonly status: string;
  readonly weightsHash: string;
  readonly run: string;
  readonly training: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict | null;
  readonly createdAt: number;
}

/** What `learning_list_versions` gives, newest first. */
export interface VersionList {
  readonly model: string;
  readonly champion: string | null;
  readonly versions: readonly Version[];
}
