/** What a binary format's reader accepts at most; a file beyond is refused, not read. */
export interface BinaryLimits {
  /** Default 1,000,000. */
  readonly maxVariables?: number;
  /** Of everything that an archive in the file unpacks to. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** A binary format for T: whole files in memory, since their parts point into one another. */
export interface BinaryFormat<T> {
  readonly name: string;
  /** File name ending, with the dot. */
  readonly extension: string;
  /** Writes a file. Throws FORMAT_CANNOT_HOLD. */
  bytes(value: T): Uint8Array;
  /** Reads a file; counts in it are checked against its length before anything is allocated. Throws FILE_INVALID. */
  parse(bytes: Uint8Array, limits?: BinaryLimits): T;
}
