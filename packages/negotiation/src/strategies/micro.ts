/**
 * MiCRO (de Jonge, IJCAI 2022): concedes one outcome, in the order of its own preference, for each new one that every opponent has offered;
 * otherwise it repeats an earlier offer at random. No model, no parameter. Multilateral: it answers whoever has offered the fewest.
 */
import { acNext } from "../bargaining/acceptance.ts";
import { type Bidding, compose, type Table } from "../bargaining/compose.ts";
import { drawing } from "../draw.ts";

export const micro = compose({ name: "micro", bidding: reciprocal, acceptance: acNext() });
export default micro;

function reciprocal({ ranking, history, view }: Table): Bidding {
  const draw = drawing(view.seed);
  let made = 0;
  return {
    bid({ mayOffer }) {
      const concedes = made <= history.distinct && made < ranking.count;
      // What it is ready to offer is what it accepts, also where it repeats itself.
      const ready = ranking.utility(concedes ? made : made - 1);
      if (!mayOffer) return { outcome: ranking.outcome(0), utility: ready };
      const place = concedes ? made : Math.floor(draw() * made);
      if (concedes) made += 1;
      return { outcome: ranking.outcome(place), utility: ready };
    },
  };
}
