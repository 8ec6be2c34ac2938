// How marks and the base map look. Styles are made once for each look and kept.
import { Circle, Fill, Stroke, Style, Text } from "ol/style";

export const TONES: Record<string, string> = {
  bad: "#c62f26",
  warn: "#d98a10",
  plain: "#75859a",
  info: "#3273b4",
  good: "#2b9a66",
};
const FONT = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif';
const kept = new Map<string, Style | Style[]>();

function once<T extends Style | Style[]>(key: string, make: () => T): T {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key) as T;
}

/** A single mark. */
export function markStyle(tone: string): Style | Style[] {
  return once(`mark ${tone}`, () => {
    const dot = new Style({
      image: new Circle({ radius: 7, fill: new Fill({ color: TONES[tone] ?? TONES.plain! }), stroke: new Stroke({ color: "#fff", width: 2 }) }),
    });
    if (tone !== "bad") return [dot];
    const halo = new Style({ image: new Circle({ radius: 13, fill: new Fill({ color: "rgba(198,47,38,.22)" }) }) });
    return [halo, dot];
  });
}

/** Several marks that lie too close together, in the tone of the worst. */
export function clusterStyle(tone: string, count: number): Style {
  return once(`cluster ${tone} ${count}`, () =>
    new Style({
      image: new Circle({
        radius: count < 10 ? 12 : count < 100 ? 15 : 19,
        fill: new Fill({ color: TONES[tone] ?? TONES.plain! }),
        stroke: new Stroke({ color: "rgba(255,255,255,.85)", width: 3 }),
      }),
      text: new Text({ text: String(count), font: `600 12px ${FONT}`, fill: new Fill({ color: "#fff" }) }),
    }),
  );
}

export const COUNTY = new Style({ fill: new Fill({ color: "#f8fafc" }), stroke: new Stroke({ color: "#6b88a8", width: 1.8 }) });

/** A town's cell: dashed, because its border is derived and not the real one. */
export function townStyle(name: string): Style {
  return once(`town ${name}`, () =>
    new Style({
      stroke: new Stroke({ color: "#b4c6d8", width: 1, lineDash: [4, 4] }),
      text: new Text({
        text: name, font: `12.5px ${FONT}`, fill: new Fill({ color: "#5a6878" }),
        stroke: new Stroke({ color: "rgba(255,255,255,.9)", width: 3 }), overflow: false,
      }),
    }),
  );
}
