import { expect, test } from 'vitest'
import { Table } from './table.ts'

const lines = (rows: readonly (readonly string[])[]): readonly string[] => rows.map(row => row.join('  '))

test('columns are as wide as their widest cell, and nothing trails', () => {
  const table = new Table(['CLIENT', 'PROVIDER'])
  expect(
    lines(
      table.align([
        ['CLIENT', 'PROVIDER'],
        ['smart-tax-nation', 'zoho_crm'],
      ]),
    ),
  ).toEqual(['CLIENT            PROVIDER', 'smart-tax-nation  zoho_crm'])
})

test('a later page keeps the widths of the pages before', () => {
  const table = new Table(['A', 'B'])
  table.align([['long-name', 'x']])
  expect(lines(table.align([['a', 'y']]))).toEqual(['a          y'])
})
