import { describe, expect, it } from "vitest";
import { exifOf, fit, inChina, metres, smaller, withExif } from "../src/measure";

describe("size", () => {
  it("fits the longer side and keeps the proportions", () => {
    expect(fit(4000, 3000, 1920)).toEqual([1920, 1440]);
    expect(fit(3000, 4000, 1920)).toEqual([1440, 1920]);
    expect(fit(800, 600, 1920)).toEqual([800, 600]);
    expect(fit(10000, 1, 1920)).toEqual([1920, 1]);
  });
  it("comes down by the root of the excess and stops at 480 px", () => {
    expect(smaller(1920, 2_000_000, 500_000)).toBe(921);
    expect(smaller(500, 5_000_000, 500_000)).toBe(480);
  });
});

describe("places", () => {
  it("measures a kilometre of longitude in Huangyan", () => {
    expect(Math.round(metres(121.26, 28.65, 121.27, 28.65))).toBe(977);
    expect(metres(121.26, 28.65, 121.26, 28.65)).toBe(0);
  });
  it("knows a reading outside China", () => {
    expect([inChina(121.26, 28.65), inChina(0, 0), inChina(28.65, 121.26)]).toEqual([true, false, false]);
  });
});

describe("Exif", () => {
  // SOI, APP1 "Exif\0\0" with a big-endian directory of one entry (orientation 6), then the end marker.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  const segment = [0xff, 0xe1, 0, 2 + 6 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const jpeg = new Uint8Array([0xff, 0xd8, ...segment, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0]).buffer;
  it("is taken over upright, the original untouched", () => {
    const exif = new Uint8Array(exifOf(jpeg)!);
    expect(exif.length).toBe(segment.length);
    expect(exif[10 + 8 + 2 + 9]).toBe(1);
    expect(new Uint8Array(jpeg)[2 + 10 + 8 + 2 + 9]).toBe(6);
  });
  it("goes right behind the first marker", () => {
    const joined = withExif(new Uint8Array([0xff, 0xd8, 0xff, 0xd9]).buffer, new Uint8Array([1, 2]).buffer);
    expect([...joined]).toEqual([0xff, 0xd8, 1, 2, 0xff, 0xd9]);
  });
  it("is absent from what has none and from what is cut off", () => {
    expect(exifOf(new Uint8Array([0xff, 0xd8, 0xff, 0xd9]).buffer)).toBeNull();
    expect(exifOf(new Uint8Array([1, 2, 3]).buffer)).toBeNull();
    expect(exifOf(jpeg.slice(0, 20))).toBeNull();
  });
});
