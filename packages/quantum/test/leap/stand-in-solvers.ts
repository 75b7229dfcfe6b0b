/** A solver as the stand-in serves it. */
export interface ServedSolver {
  readonly identity: { readonly name: string; readonly version?: { readonly graph_id: string } };
  status: string;
  readonly description: string;
  readonly avg_load: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Chimera(m, m, 4): qubit (i, j, u, k) is ((i*m + j)*2 + u)*4 + k; `missing` are qubits that do not work. */
export function chimera(m: number, missing: readonly number[] = []): { qubits: number[]; couplers: [number, number][] } {
  const at = (i: number, j: number, u: number, k: number) => ((i * m + j) * 2 + u) * 4 + k;
  const couplers: [number, number][] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      for (let k = 0; k < 4; k++) {
        for (let other = 0; other < 4; other++) couplers.push([at(i, j, 0, k), at(i, j, 1, other)]);
        if (i + 1 < m) couplers.push([at(i, j, 0, k), at(i + 1, j, 0, k)]);
        if (j + 1 < m) couplers.push([at(i, j, 1, k), at(i, j + 1, 1, k)]);
      }
    }
  }
  const qubits = Array.from({ length: 8 * m * m }, (_, q) => q).filter((q) => !missing.includes(q));
  const working = couplers.filter(([a, b]) => !missing.includes(a) && !missing.includes(b));
  return { qubits, couplers: working.sort((a, b) => a[0] - b[0] || a[1] - b[1]) };
}

/** Timing data of an Advantage in 2022, as D-Wave documents it. */
export const advantageTiming = {
  version: "1.0.0",
  typical_programming_time: 14072.88,
  reverse_annealing_with_reinit_prog_time_delta: 0,
  reverse_annealing_without_reinit_prog_time_delta: 5.55,
  default_programming_thermalization: 1000,
  default_annealing_time: 20,
  readout_time_model: "pwl_log_log",
  readout_time_model_parameters: [
    0, 0.7699665876947938, 1.7242758696010096, 2.711975459489206, 3.1639057672764026, 3.750276915153992, 1.539131714800995,
    1.8726623164229292, 2.125631787097315, 2.332672340068556, 2.371606651233025, 2.3716219271760215,
  ],
  qpu_delay_time_per_sample: 20.54,
  reverse_annealing_with_reinit_delay_time_delta: -4.5,
  reverse_annealing_without_reinit_delay_time_delta: -1.5,
  default_readout_thermalization: 0,
  decorrelation_max_nominal_anneal_time: 2000,
  decorrelation_time_range: [500, 10000],
} as const;

/** The solvers of the stand-in: a Chimera C4 with two dead qubits, and one hybrid of each kind. */
export function standInSolvers(): ServedSolver[] {
  const { qubits, couplers } = chimera(4, [5, 77]);
  const hybrid = (name: string, type: string, properties: Readonly<Record<string, unknown>>): ServedSolver => ({
    identity: { name },
    status: "ONLINE",
    description: `hybrid solver for ${type}`,
    avg_load: 0.1,
    properties: {
      category: "hybrid",
      supported_problem_types: [type],
      quota_conversion_rate: 20,
      version: "1.0",
      maximum_time_limit_hrs: 24,
      parameters: { time_limit: "Maximum run time in seconds" },
      ...properties,
    },
  });
  const steps = [
    [1, 3],
    [1024, 3],
    [4096, 10],
    [10000, 40],
  ];
  return [
    {
      identity: { name: "StandIn_chimera4", version: { graph_id: "c4b1e2d3f4" } },
      status: "ONLINE",
      description: "a QPU in name only",
      avg_load: 0.2,
      properties: {
        category: "qpu",
        supported_problem_types: ["ising", "qubo"],
        topology: { type: "chimera", shape: [4, 4, 4] },
        num_qubits: 128,
        qubits,
        couplers,
        h_range: [-2, 2],
        j_range: [-1, 1],
        extended_j_range: [-2, 1],
        num_reads_range: [1, 10000],
        annealing_time_range: [0.5, 2000],
        default_annealing_time: 20,
        default_programming_thermalization: 1000,
        default_readout_thermalization: 0,
        programming_thermalization_range: [0, 10000],
        readout_thermalization_range: [0, 10000],
        problem_run_duration_range: [0, 1000000],
        quota_conversion_rate: 1,
        tags: ["lower_noise"],
        problem_timing_data: advantageTiming,
        parameters: Object.fromEntries(
          ["num_reads", "annealing_time", "anneal_schedule", "answer_mode", "auto_scale", "initial_state", "reinitialize_state"]
            .concat(["programming_thermalization", "readout_thermalization", "reduce_intersample_correlation", "label"])
            .map((name) => [name, `the parameter ${name}`]),
        ),
      },
    },
    hybrid("standin_hybrid_bqm", "bqm", { minimum_time_limit: steps, maximum_number_of_variables: 1_000_000 }),
    hybrid("standin_hybrid_cqm", "cqm", { minimum_time_limit_s: 5, maximum_number_of_constraints: 100_000 }),
    hybrid("standin_hybrid_nl", "nl", { maximum_number_of_nodes: 65536, time_constant: 0.01 }),
  ];
}
