// The solver thread: serves the solver interface to the thread that started it.
import { parentPort } from "node:worker_threads";
import { overPort, receive } from "@entente/pipe";
import { solverInterface } from "./solver-interface.ts";
import { solverService } from "./solver-service.ts";

if (parentPort) receive(overPort(parentPort), solverInterface, solverService);
