// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Places the tasks of the timeline: groups below each other, and in each as many lanes as tasks overlap.

import type { Task } from "./data";

export interface Group {
  name: string;
  /** Its first lane, and the one behind its last. */
  first: number;
  end: number;
}

export interface Lanes {
  /** The lane of each task, in the order of the tasks. */
  lane: number[];
  groups: Group[];
  count: number;
}

/** A task with the tasks that it created, which lie in the lanes below it. */
interface Block {
  index: number;
  from: number;
  to: number;
  height: number;
  /** The parts below it, each with its lane, counted from the block's own. */
  parts: [Block, number][];
}

const order = new Intl.Collator(undefined, { numeric: true }).compare;

export function place(tasks: Task[], groupOf: (task: Task) => string): Lanes {
  const groups = new Map<string, Block[]>();
  for (const block of blocks(tasks)) {
    const name = groupOf(tasks[block.index] as Task);
    const group = groups.get(name);
    if (group) group.push(block);
    else groups.set(name, [block]);
  }
  const lane = new Array<number>(tasks.length).fill(0);
  const placed: Group[] = [];
  let count = 0;
  for (const name of [...groups.keys()].sort(order)) {
    const { parts, height } = stacked(groups.get(name) ?? []);
    for (const [block, offset] of parts) assign(block, count + offset, lane);
    placed.push({ name, first: count, end: count + height });
    count += height;
  }
  return { lane, groups: placed, count };
}

function assign(block: Block, at: number, lane: number[]): void {
  lane[block.index] = at;
  for (const [part, offset] of block.parts) assign(part, at + offset, lane);
}

/** The tasks without a parent here, each with those below it. */
function blocks(tasks: Task[]): Block[] {
  const places = new Map(tasks.map((task, index) => [task, index]));
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  tasks.forEach((task, index) => {
    const parent = task.parent ? places.get(task.parent) : undefined;
    if (parent === undefined) roots.push(index);
    else if (children.has(parent)) children.get(parent)?.push(index);
    else children.set(parent, [index]);
  });
  const build = (index: number): Block => {
    const { from, to } = tasks[index] as Task;
    const below = children.get(index);
    if (!below) return { index, from, to, height: 1, parts: [] };
    const { parts, height } = stacked(below.map(build));
    return {
      index,
      from: Math.min(from, ...parts.map(([part]) => part.from)),
      to: Math.max(to, ...parts.map(([part]) => part.to)),
      height: height + 1,
      parts: parts.map(([part, offset]) => [part, offset + 1]),
    };
  };
  return roots.map(build);
}

/** The lanes of blocks so that none covers another: each in the first where it has room. */
function stacked(all: Block[]): { parts: [Block, number][]; height: number } {
  const ends: number[] = [];
  const parts = [...all].sort((a, b) => a.from - b.from || b.to - a.to).map((block): [Block, number] => {
    let lane = 0;
    while (!fits(block, lane, ends)) lane++;
    for (let each = lane; each < lane + block.height; each++) ends[each] = block.to;
    return [block, lane];
  });
  return { parts, height: ends.length };
}

function fits(block: Block, lane: number, ends: number[]): boolean {
  for (let each = lane; each < lane + block.height; each++) {
    const end = ends[each];
    // Two tasks of no length at the same time lie in two lanes.
    if (end !== undefined && (end > block.from || (end === block.from && block.to === block.from))) return false;
  }
  return true;
}
