import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { LiveStream } from "./live.ts";

/** The stream that the views share. */
export const LiveContext = createContext(new LiveStream());

const redrawMs = 150;

/** The live stream; the component is drawn again when it changes, at most every 150 ms. */
export function useLive(): LiveStream {
  const live = useContext(LiveContext);
  const [, redraw] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        redraw((count) => count + 1);
      }, redrawMs);
    });
    redraw((count) => count + 1);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live]);
  return live;
}
