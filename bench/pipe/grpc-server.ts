// Echoes over grpc-js unary on a Unix socket in a process of its own: `grpc-server.ts ADDRESS`.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { echoService } from "./grpc-echo.ts";

const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(echoService, {
  echo: (call: { request: Buffer }, done: (error: null, reply: Buffer) => void) => done(null, call.request),
});
server.bindAsync(process.argv[2] ?? "", ServerCredentials.createInsecure(), () => process.send?.("listening"));
