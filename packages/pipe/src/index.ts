/** Message pipes with typed interfaces: in one thread, between threads, and over what bindings come. */
export { type Associated, associate, associatedRemote, associatedSchema } from "./associated.ts";
export type { Binding, DialOptions, Listener } from "./binding.ts";
export { binding as inProcess, pipe, pipeEnds } from "./bindings/in-process.ts";
export { binding as threads, overPort } from "./bindings/message-port.ts";
export { binding as nats } from "./bindings/nats.ts";
export { binding as unixSocket } from "./bindings/unix-socket.ts";
export type { CallOptions, OutgoingCall, Sink, Target } from "./call.ts";
export type { CallContext } from "./call-context.ts";
export { CallError } from "./call-error.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { AcceptPipe, WireBinding, WireDialOptions, WireListenOptions, WireOptions } from "./connection/endpoints.ts";
export type { ConnectionOptions, ResumeOptions } from "./connection/settings.ts";
export type { ServedVersion } from "./control.ts";
export { receiveBytes, sendBytes, writableBytes } from "./data-pipe.ts";
export {
  type DeadLetter,
  type Delivery,
  DurableChannel,
  type DurableChannelOptions,
  openDurableChannel,
  Reading,
  type Stored,
} from "./durable-channel.ts";
export { type CloseReason, Endpoint, type EndpointOptions, type Load } from "./endpoint.ts";
export { mayHaveRun, PipeError, type PipeErrorCode, type PipeErrorDetails, pipeErrorCodes } from "./errors.ts";
export { type CloseCode, closeCodes, type Frame, protocolVersion } from "./frame.ts";
export {
  type CallerInput,
  type CallerOutput,
  defineInterface,
  type HandlerInput,
  type HandlerOutput,
  type Interface,
  type Method,
  type Methods,
} from "./interface.ts";
export { type InvitationOptions, Invitations, type Invited } from "./invitation.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export { acceptSockets, dialOver, type SocketReception } from "./over-socket.ts";
export { PipeEnd } from "./pipe-end.ts";
export type { Port, PortReceiver } from "./port.ts";
export { type Implementation, receive } from "./receive.ts";
export { type Remote, remote, type ValidationOptions } from "./remote.ts";
export type { RemoteStream } from "./remote-stream.ts";
export type { ParseSchema, Schema, SchemaInput, SchemaOutput, StandardResult, StandardSchema } from "./schema.ts";
export { unchecked } from "./schema.ts";
export type { Served, ServedMethod } from "./served.ts";
export { SharedBytes, shareBytes } from "./shared-bytes.ts";
export { transfer } from "./transfer.ts";
export type { Amount } from "./window.ts";
export type { Codec } from "./wire/body.ts";
export { RemoteError, type WireError } from "./wire-error.ts";
