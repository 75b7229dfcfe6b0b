const same = (bytes: Buffer) => bytes;

/** A unary echo of bytes: no protobuf in it, so that gRPC itself is measured. */
export const echoService = {
  echo: {
    path: "/bench.Echo/Echo",
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
} as const;
