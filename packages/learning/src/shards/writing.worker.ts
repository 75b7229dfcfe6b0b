// The thread that writes a shard.
import { readTokenizer } from "../checkpoint/model-folder.ts";
import { serveTask } from "../runtime/worker-task.ts";
import { type ShardIndex, ShardWriter, type SourceDocument } from "./shard.ts";

interface Request {
  readonly file: string;
  readonly tokenizerPath: string;
  readonly documents: readonly SourceDocument[];
}

serveTask<Request, never, ShardIndex>(async ({ file, tokenizerPath, documents }, context) => {
  const writer = new ShardWriter(await readTokenizer(tokenizerPath));
  for (const document of documents) {
    context.throwIfStopped();
    writer.add(document);
  }
  return writer.write(file);
});
