import { FileJournal, loadLeapSettings, openLeap, qpuTimeUsed, workingGraph } from "../../src/index.ts";

await using journal = await FileJournal.open("leap-jobs.jsonl");
await using leap = await openLeap(await loadLeapSettings(), { journal });
for (const job of await leap.resume()) await job.result; // what an earlier run began

const solver = await leap.solver({ category: "qpu" });
const [a, b] = workingGraph(solver).couplers[0]!;
const { result } = await leap.submit({
  key: "first pair",
  solver,
  type: "ising",
  problem: { linear: [[a, 0.5]], quadratic: [[a, b, -1]] },
  params: { num_reads: 10 },
});
const { answer, timing } = await result;
if (answer.format === "qp") console.log(answer.samples.energies[0], answer.samples.labels?.length);
console.log(timing.qpu_access_time === qpuTimeUsed(await journal.entries()));
