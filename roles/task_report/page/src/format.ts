// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Times and durations as texts.

const two = (value: number): string => String(value).padStart(2, "0");

/** Date and time in the time zone of the reader. */
export function time(value: number | null): string {
  if (value === null) return "";
  const date = new Date(value);
  return `${day(date)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function day(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Seconds in the two largest units. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86400)} d ${two(Math.floor((whole % 86400) / 3600))} h`;
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

export function percent(part: number, whole: number): string {
  return whole ? `${Math.round((part / whole) * 1000) / 10} %` : "0 %";
}
