// Major hazards are judged by ticking the criteria that fit the enterprise; words alone only where no criteria fit it.
import type { Bundle, Criterion } from "./types";

/** The criteria for this enterprise, in the order of the standard; none where no standard fits or none were taken along. */
export function criteriaFor(bundle: Pick<Bundle, "enterprises" | "criteria" | "criteria_sets"> | null, enterprise: string): Criterion[] {
  const position = bundle?.enterprises.find(([id]) => id === enterprise)?.[5] ?? 0;
  const ids = new Set(bundle?.criteria_sets?.[position] ?? []);
  return (bundle?.criteria ?? []).filter((c) => ids.has(c.id));
}

export interface Judged {
  grade: string;
  major_criteria: string[];
  major_basis: string;
}

/**
 * What is sent of a judgement. Ticks of another enterprise's criteria are dropped (the enterprise may have been changed
 * after ticking), and so are words where criteria are offered: the server cites what was ticked. A hazard that is not
 * major carries none, because ticks make it major at the server.
 */
export function judged(major: boolean, ticked: string[], basis: string, offered: Criterion[]): Judged {
  if (!major) return { grade: "general", major_criteria: [], major_basis: "" };
  const kept = offered.filter((c) => ticked.includes(c.id)).map((c) => c.id);
  return { grade: "major", major_criteria: kept, major_basis: offered.length ? "" : basis.trim() };
}

/** Whether a reason is missing: what fails an item that is a criterion is filed as a general hazard only with five characters. */
export function unreasoned(criterion: string, grade: string, reason: string): boolean {
  return criterion !== "" && grade !== "major" && [...reason.trim()].length < 5;
}

/** Whether a judgement can be sent: one criterion at least where criteria are offered, words where none are. */
export function settled(said: Judged, offered: Criterion[]): boolean {
  if (said.grade !== "major") return true;
  return offered.length ? said.major_criteria.length > 0 : said.major_basis !== "";
}
