// The WASM kernels (assembly/) in an instance of their own memory. The module is compiled once a thread, when first needed (some
// 2 ms); an instance is a memory and costs what its problem needs.
import { kernelModule } from "./generated/kernels.ts";

type Sweep = (
  n: number,
  start: number,
  column: number,
  twice: number,
  spin: number,
  field: number,
  pool: number,
  mask: number,
  shift: number,
  state: number,
  sweeps: number,
) => number;
type Thresholds = (draws: number, count: number, scale: number, pool: number) => void;
type Energies = (n: number, spin: number, field: number, own: number, sums: number) => void;
type Fields = (n: number, start: number, column: number, weight: number, spin: number, own: number, field: number) => void;

type Tabu = (
  n: number,
  stride: number,
  matrix: number,
  change: number,
  sign: number,
  free: number,
  io: number,
  state: number,
  step: number,
  steps: number,
  tenure: number,
  spread: number,
  noise: number,
) => number;

/** What assembly/index.ts exports; arguments are byte addresses and counts. */
export interface KernelExports {
  readonly sweep8: Sweep;
  readonly sweep16: Sweep;
  readonly sweep32: Sweep;
  readonly thresholds8: Thresholds;
  readonly thresholds16: Thresholds;
  readonly thresholds32: Thresholds;
  readonly energies8: Energies;
  readonly energies16: Energies;
  readonly energies32: Energies;
  readonly fields8: Fields;
  readonly fields16: Fields;
  readonly fields32: Fields;
  readonly tabu8: Tabu;
  readonly tabu16: Tabu;
  readonly tabu32: Tabu;
}

const pageBytes = 65_536;
const vectorBytes = 16;
const firstAddress = 1024; // below lies what the compiler may want for itself
let compiled: WebAssembly.Module | undefined;
// Small memories that were given back. A small model takes a millisecond, of which a new memory and its collection were a part.
const spare: KernelMemory[] = [];
const [mostSpare, mostSpareBytes] = [4, 4 * pageBytes];

/** An instance of the kernels and the memory that it works on, given out piece by piece. Disposed of it is used again. */
export class KernelMemory implements Disposable {
  readonly run: KernelExports;
  readonly buffer: ArrayBuffer;
  #next = firstAddress;

  /** A memory, all zero, from which `bytes` can be taken in all. */
  static of(bytes: number): KernelMemory {
    const at = spare.findIndex(({ buffer }) => buffer.byteLength >= neededBytes(bytes));
    return spare.splice(at, at < 0 ? 0 : 1)[0] ?? new KernelMemory(bytes);
  }

  /** `bytes` is what `take` will be asked for in all. */
  constructor(bytes: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(kernelModule, "base64"));
    const pages = Math.ceil(neededBytes(bytes) / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    this.run = instance.exports as unknown as KernelExports; // why: what our own module exports
    this.buffer = memory.buffer;
  }

  /** The address of `bytes` bytes that begin at a multiple of a vector's size. */
  take(bytes: number): number {
    const at = this.#next;
    this.#next = at + Math.ceil(bytes / vectorBytes) * vectorBytes;
    return at;
  }

  /** Gives the memory back: nothing that was taken from it may be used any more. */
  [Symbol.dispose](): void {
    if (this.#next === firstAddress) return; // Given back already.
    if (this.buffer.byteLength > mostSpareBytes || spare.length >= mostSpare) return;
    new Uint8Array(this.buffer).fill(0, firstAddress, this.#next);
    this.#next = firstAddress;
    spare.push(this);
  }
}

// With room for pieces that begin at multiples of a vector.
function neededBytes(bytes: number): number {
  return bytes + 4096 + pageBytes;
}
