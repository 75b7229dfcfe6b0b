// The Leap client under siege: a stand-in server with every fault, 1,000 jobs, clients killed in the middle. And its speed without faults.
import { type LeapJob, leapSettings, openLeap } from "@entente/quantum";
import { siege } from "../../packages/quantum/test/leap/siege.ts";
import { StandIn } from "../../packages/quantum/test/leap/stand-in.ts";
import { type Row, row } from "../contract.ts";

/** Rows of the Leap bar. */
export async function leapRows(quick: boolean): Promise<Row[]> {
  const jobs = quick ? 100 : 1000;
  const { lost, answered, submittedTwice, chargedUs, countedUs, faults, kills, ms } = await siege(jobs, quick ? 2 : 5, 1000);
  const struck = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const calm = await withoutFaults(quick ? 200 : 1000);
  return [
    row("jobs sent through a faulty server and killed clients", jobs, "jobs"),
    row("clients killed with SIGKILL", kills, "clients"),
    row("faults that struck", struck, "requests"),
    row("kinds of fault", Object.keys(faults).length, "kinds"),
    row("jobs lost", lost, "jobs", "<=", 0),
    row("jobs submitted twice, by the server's log", submittedTwice, "jobs", "<=", 0),
    row("QPU time charged but not counted, or counted but not charged", Math.abs(chargedUs - countedUs), "us", "<=", 0),
    row("jobs answered (the others: solver offline)", answered, "jobs"),
    row("time for all that", ms / 1000, "s"),
    row("jobs a second without faults, stand-in in the same process", calm, "1/s"),
  ];
}

async function withoutFaults(jobs: number): Promise<number> {
  await using standIn = await StandIn.start({ runMs: 0 });
  await using client = await openLeap(leapSettings({ endpoint: standIn.endpoint, token: standIn.token }));
  const solver = await client.solver({ category: "qpu" });
  const began = performance.now();
  const sent: Promise<LeapJob>[] = [];
  for (let i = 0; i < jobs; i++)
    sent.push(client.submit({ solver, type: "ising", problem: { linear: [[0, 1]], quadratic: [[0, 4, -1]] } }));
  for (const job of await Promise.all(sent)) await job.result;
  return (1000 * jobs) / (performance.now() - began);
}
