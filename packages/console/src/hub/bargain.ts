/** A session as `negotiate_list` names it. */
export interface BargainRow {
  readonly id: string;
  readonly subject: string;
  readonly parties: readonly string[];
  readonly status: string;
  readonly acts: number;
  readonly agreement: string | null;
  readonly replaces: string | null;
  readonly createdAt: number;
}

/** Terms in words: for each issue what is offered or agreed. */
export type Words = Readonly<Record<string, string>>;

/** An act of a session. */
export interface Act {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly act: string;
  readonly offer: Words | null;
  readonly text: string | null;
}

/** A session as `negotiate_status` gives it. */
export interface BargainView {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly parties: readonly { readonly name: string; readonly by: string }[];
  readonly issues: readonly { readonly name: string; readonly values: readonly string[]; readonly slo?: string }[];
  readonly round: number;
  readonly rounds: number | null;
  readonly turn: string | null;
  readonly standing: { readonly by: string; readonly offer: Words } | null;
  readonly transcript: readonly Act[];
  readonly agreed: Words | null;
  readonly reason: string | null;
  readonly agreement: string | null;
  readonly replaces: string | null;
}

/** How a party conceded; utilities are its own. */
export interface Conceded {
  readonly first: number;
  readonly last: number;
  readonly rate: number;
  readonly halfByRound: number | null;
}

/** A party as `negotiate_analyse` sees it. */
export interface WeighedParty {
  readonly name: string;
  readonly preferences: "known" | "estimated" | "unknown";
  readonly reservation: number | null;
  readonly best: number | null;
  readonly agreed: number | null;
  readonly concession: Conceded | null;
}

/** A session analysed, as `negotiate_analyse` gives it. */
export interface BargainAnalysis {
  readonly parties: readonly WeighedParty[];
  readonly offers: readonly {
    readonly seq: number;
    readonly round: number;
    readonly by: string;
    readonly utilities: readonly number[];
  }[];
  readonly front: { readonly points: number; readonly exact: boolean } | null;
  readonly distances: Readonly<Record<string, { readonly distance: number; readonly optimality: number }>> | null;
  readonly drawings: { readonly space: string; readonly rounds: string } | null;
}

/** A bargained agreement, as `agreement_get` gives it. */
export interface BargainedAgreement {
  readonly document: {
    readonly id: string;
    readonly parties: readonly string[];
    readonly initiator: string;
    readonly contractor: string;
    readonly terms: Words;
    readonly slos: Readonly<Record<string, number>>;
    readonly dueAt: number;
    readonly onBreach: string;
  };
  readonly verified: boolean;
  readonly status: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly tasks: {
    readonly covers: number;
    readonly begun: number;
    readonly ended: readonly {
      readonly task: string;
      readonly outcome: string;
      readonly broken: readonly string[];
      readonly at: number;
    }[];
  };
}
