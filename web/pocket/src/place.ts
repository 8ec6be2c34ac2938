// Where the phone is, asked once when a form opens; a person may refuse, and underground there is no answer.
import { ref, type Ref } from "vue";
import type { Position } from "./queue";

export type Search = "asking" | "found" | "none";

/** The phone's position as it comes in: WGS-84 degrees, null until then or for good. */
export function useHere(): { position: Ref<Position | null>; search: Ref<Search> } {
  const position = ref<Position | null>(null);
  const search = ref<Search>("asking");
  if (!navigator.geolocation) search.value = "none";
  else
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        position.value = { lon: Number(coords.longitude.toFixed(6)), lat: Number(coords.latitude.toFixed(6)) };
        search.value = "found";
      },
      () => (search.value = "none"),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60_000 },
    );
  return { position, search };
}
