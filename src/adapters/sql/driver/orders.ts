// Which way a page goes on: what sorts it, and what lies beyond a place, there or beyond, and up to it.
import { asc, desc, gt, gte, lt, lte } from './drizzle.ts'

export const ORDERS = {
  asc: { sorted: asc, beyond: gt, orBeyond: gte, upTo: lte },
  desc: { sorted: desc, beyond: lt, orBeyond: lte, upTo: gte },
} as const
