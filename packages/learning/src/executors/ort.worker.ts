// The thread of the embedded executor.
import { serveTask } from "../runtime/worker-task.ts";
import type { RunProgress, RunResult, RunSpec } from "../training/executor.ts";
import { trainingRun } from "../training/training-run.ts";

serveTask<RunSpec, RunProgress, RunResult>((spec, context) => trainingRun(spec, context, () => performance.now()));
