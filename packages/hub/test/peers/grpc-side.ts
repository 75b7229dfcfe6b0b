/** The official SDK's gRPC service on a server of its own, over any request handler. */
import type { DefaultRequestHandler } from "@a2a-js/sdk/server";
import { A2AService, grpcService, UserBuilder } from "@a2a-js/sdk/server/grpc";
import { Server, ServerCredentials, type ServerUnaryCall } from "@grpc/grpc-js";

/** Where and how it listens. */
export interface GrpcSide {
  /** What it listens on; 127.0.0.1. */
  readonly host?: string;
  /** What its card says in place of the host. */
  readonly name?: string;
  /** A port of its own choice if not this. */
  readonly port?: number;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/** What is kept of its calls. */
export interface GrpcRecords {
  /** The metadata of each. */
  readonly heard: Record<string, string | string[] | undefined>[];
  /** Until when each caller waits, ms since 1970. */
  readonly deadlines: number[];
  /** Those that have not ended. */
  readonly open: Set<object>;
}

/** A listening server. */
export interface ServedSide extends AsyncDisposable {
  readonly url: string;
}

/** Serves what `handler` gives at each call. */
export async function serveGrpcSide(
  { host = "127.0.0.1", name = host, port = 0, tls }: GrpcSide,
  handler: () => DefaultRequestHandler,
  { heard, deadlines, open }: GrpcRecords,
): Promise<ServedSide> {
  const server = new Server();
  const implementation: Record<string, unknown> = {};
  for (const method of Object.keys(A2AService))
    implementation[method] = (call: ServerUnaryCall<unknown, unknown>, answer?: (...answer: unknown[]) => void) => {
      heard.push(Object.fromEntries(Object.entries(call.metadata.getMap()).map(([key, value]) => [key, String(value)])));
      deadlines.push(Number(call.getDeadline()));
      open.add(call);
      const ended = (): void => void open.delete(call);
      call.on("cancelled", ended);
      call.on("finish", ended);
      const service: Record<string, unknown> = {
        ...grpcService({ requestHandler: handler(), userBuilder: UserBuilder.noAuthentication }),
      };
      const serve = service[method] as (call: unknown, answer: unknown) => unknown; // why: the service has the methods of its definition
      return serve(call, (...given: unknown[]) => {
        ended();
        answer?.(...given);
      });
    };
  server.addService(A2AService as never, implementation as never); // why: grpc-js wants index signatures that the SDK's types lack
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }])
    : ServerCredentials.createInsecure();
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, credentials, (error, at) => (error ? reject(error) : resolve(at))),
  );
  return {
    url: `${tls ? "https://" : ""}${name}:${bound}`,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
