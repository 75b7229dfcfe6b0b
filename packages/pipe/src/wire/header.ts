/**
 * The 32 bytes in front of every frame, little-endian (docs/reference/pipe.md has the table). They are enough to route a frame, to check
 * that none is missing, and to refuse one that is too large, without looking at its body: a relay reads nothing else.
 *
 * Ids of calls have 48 bits, so that a pipe never runs out of them; `sequence` counts frames of one direction of a connection modulo 2^32.
 */

/** Bytes of a header. */
export const headerBytes = 32;

/** The wire number of each kind of frame; append only. From 32 up they belong to the connection and not to one of its pipes. */
export const kinds = {
  hello: 1,
  call: 2,
  reply: 3,
  error: 4,
  item: 5,
  end: 6,
  cancel: 7,
  grant: 8,
  credit: 9,
  close: 10,
  skip: 11,
  open: 31,
  greet: 32,
  welcome: 33,
  refuse: 34,
  ping: 35,
  pong: 36,
  acknowledge: 37,
  bye: 38,
} as const;

/** The names of the kinds by number, for messages. */
export const kindNames: readonly (string | undefined)[] = Object.entries(kinds).reduce<string[]>((names, [name, kind]) => {
  names[kind] = name;
  return names;
}, []);

/** Flag of a call that opens a stream; its body then starts with 8 bytes of credit. */
export const streamFlag = 1;

/** Where the two bits of a body's form lie among the flags. */
export const formShift = 1;

/** Flag of a body with pipes in it: their count and numbers stand in front of it, after a stream's credit. */
export const pipesFlag = 8;

/** A header in parts. One object is read into again and again, so whoever needs a part later takes it out. */
export class Header {
  length = 0;
  kind = 0;
  flags = 0;
  pipe = 0;
  sequence = 0;
  call = 0;
  interfaceId = 0;
  ordinal = 0;
  extra = 0;

  /** Reads the header at `offset`. */
  read(view: DataView, offset: number): this {
    this.length = view.getUint32(offset, true);
    this.kind = view.getUint8(offset + 4);
    this.flags = view.getUint8(offset + 5);
    this.pipe = view.getUint32(offset + 8, true);
    this.sequence = view.getUint32(offset + 12, true);
    this.call = view.getUint16(offset + 6, true) * 0x1_0000_0000 + view.getUint32(offset + 16, true);
    this.interfaceId = view.getUint32(offset + 20, true);
    this.ordinal = view.getUint32(offset + 24, true);
    this.extra = view.getUint32(offset + 28, true);
    return this;
  }

  /** Writes the header at `offset`. */
  write(view: DataView, offset: number): void {
    view.setUint32(offset, this.length, true);
    view.setUint8(offset + 4, this.kind);
    view.setUint8(offset + 5, this.flags);
    view.setUint16(offset + 6, this.call > 0xffff_ffff ? Math.floor(this.call / 0x1_0000_0000) : 0, true);
    view.setUint32(offset + 8, this.pipe, true);
    view.setUint32(offset + 12, this.sequence, true);
    view.setUint32(offset + 16, this.call, true);
    view.setUint32(offset + 20, this.interfaceId, true);
    view.setUint32(offset + 24, this.ordinal, true);
    view.setUint32(offset + 28, this.extra, true);
  }

  /** Sets every part but `pipe` and `sequence`, which are the connection's. */
  set(kind: number, flags: number, call: number, interfaceId: number, ordinal: number, extra: number, length: number): this {
    this.kind = kind;
    this.flags = flags;
    this.call = call;
    this.interfaceId = interfaceId;
    this.ordinal = ordinal;
    this.extra = extra;
    this.length = length;
    return this;
  }
}
