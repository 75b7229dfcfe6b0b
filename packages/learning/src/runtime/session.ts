// The one place that touches ONNX Runtime. Its run() blocks the thread it is called on (microsoft/onnxruntime#28646 is
// open), so only worker threads import this file: the process that opens the workers stays light and responsive.
import { InferenceSession, Tensor } from "onnxruntime-node";

/** A tensor with its data on this thread. */
export type OrtTensor = Tensor;

/** Values by name. */
export type OrtValues = Readonly<Record<string, OrtTensor>>;

/** A compiled graph. */
export interface Session extends AsyncDisposable {
  /** Runs the graph. Outputs are written into the tensors given, or allocated for the names given. */
  run(feeds: OrtValues, outputs: OrtValues | readonly string[]): Promise<Record<string, OrtTensor>>;
}

/** Options of a session. */
export interface SessionOptions {
  /** Threads inside one operator. */
  readonly threads: number;
  /** Writes a trace of operator times to files of this prefix when the session closes. */
  readonly profileTo?: string;
}

/** Compiles a model. */
export async function openSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(options.profileTo === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profileTo }),
  });
  return {
    async run(feeds, outputs) {
      const values = await session.run(feeds, outputs);
      return values as Record<string, OrtTensor>; // OnnxValue is Tensor: our graphs have no sequences or maps
    },
    async [Symbol.asyncDispose]() {
      if (options.profileTo !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

/** A float32 tensor over this array, without copying it. */
export function float32(data: Float32Array, shape: readonly number[]): OrtTensor {
  return new Tensor("float32", data, shape);
}

/** An int64 tensor over this array, without copying it. */
export function int64(data: BigInt64Array, shape: readonly number[]): OrtTensor {
  return new Tensor("int64", data, shape);
}

/** The floats of a tensor; the graph's own types say which tensors hold floats. */
export function floats(tensor: OrtTensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new TypeError(`wanted a float32 output; got ${tensor?.type ?? "none"}`);
}
