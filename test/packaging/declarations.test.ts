import { describe, expect, test } from 'vitest'
import { type Declarations, declarationsOf, readDeclarations } from './declarations.ts'
import { hiddenTypes } from './hidden-types.ts'
import { narrowOptionals } from './narrow-optionals.ts'
import { undocumented } from './undocumented.ts'

/*
 * The types as users see them: the built declarations of every entry. Each rule is first tried on declarations
 * that break it.
 */
const built = readDeclarations()

function declared(files: Readonly<Record<string, string>>): Declarations {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/sample/${name}.d.ts`, text]))
  const entries = Object.keys(files).filter(name => name.startsWith('index'))
  return declarationsOf(new Map(entries.map(name => [name, `/sample/${name}.d.ts`])), texts)
}

describe('a type that an exported declaration names', () => {
  test('is noticed when its entry does not export it, wherever it is named', () => {
    const inside = `
      export interface Hidden { readonly a: string }
      export type Alias = Hidden | null
      export declare class Base { }
      export declare const value: number
      export interface Shown { readonly hidden: readonly Hidden[] }
      export declare class Thing extends Base { take(alias: Alias): Promise<void>; #private; private secret }
      export declare function make<T>(of: T): typeof value
      export type Later = import('./later.d.ts').Late`
    const index = "export { Shown, Thing, make, Later } from './inside.d.ts'"
    const later = 'export interface Late { }'
    const found = hiddenTypes(declared({ index, inside, later }), 'index')
    expect(found.map(line => / export (\w+) .* which (\w+) names/.exec(line)?.slice(1))).toEqual([
      ['Hidden', 'Shown'],
      ['Base', 'Thing'],
      ['Alias', 'Thing'],
      ['value', 'make'],
      ['Late', 'Later'],
    ])
    const all =
      "export { Hidden, Base, Alias, value } from './inside.d.ts'\nexport { Late } from './later.d.ts'"
    expect(hiddenTypes(declared({ index: `${index}\n${all}`, inside, later }), 'index')).toEqual([])
    // What the main entry exports, another may name.
    const two = declared({ index: all, 'index.other': index, inside, later })
    expect(hiddenTypes(two, 'index')).toEqual([])
    expect(hiddenTypes(two, 'index.other')).toHaveLength(5)
  })

  test('is exported by that entry or by the main one: export it there, or write it out in place', () => {
    expect(built.entries.get('evergrant')?.map(({ name }) => name)).toContain('OAuthTokenService')
    expect(hiddenTypes(built, 'evergrant')).toEqual([])
  })
})

describe('an optional field', () => {
  test('is noticed when it refuses undefined: its own, inherited, inside, or made by Partial', () => {
    const index = `
      export interface Good { readonly a?: string | undefined; readonly b?: unknown; readonly c: string }
      export interface Narrow extends Inherited { readonly own?: string; readonly inside: { deep?: 1 } }
      interface Inherited { readonly inherited?: string }
      export type Changes = Partial<{ readonly change: string }>
      export type Choice = { readonly one?: string } | { readonly two?: null }
      export type Wide = { readonly [Name in keyof Narrow]?: Narrow[Name] | undefined }
      export declare function f(options?: { readonly given?: string }): void
      export declare class Failure extends Error { readonly why?: string }
      export {}`
    const found = narrowOptionals(declared({ index }))
    expect(found.map(line => line.split(' ')[0])).toEqual([
      'f.given',
      'Narrow.own',
      'Narrow.inherited',
      'Narrow.deep',
      'Changes.change',
      'Choice.one',
      'Choice.two',
      'Failure.why',
    ])
  })

  test('of a public type takes undefined: write `field?: T | undefined`, and a mapped type for Partial', () => {
    expect(narrowOptionals(built)).toEqual([])
  })
})

describe('a comment', () => {
  test('is missed on what is exported, and on its members', () => {
    const index = `
      export interface Bare { readonly field: string }
      /** Told. */
      export interface Told {
        /** Told. */
        readonly told: string
        readonly bare: string
        readonly name: string
      }
      /** Told. */
      export type Choice = { readonly kind: 'a'; readonly a: string } | { readonly kind: 'b' }
      export declare function bare(): void
      /** Told. */
      export declare class Thing {
        private hidden
        bare(): void
        /** Told. */
        told(options: { inside: string }): void
      }
      export declare const value: { readonly made: string }
      /** Told. */
      export declare const told: number`
    expect(undocumented(declared({ index })).map(line => line.split(' ')[0])).toEqual([
      'bare',
      'Bare',
      'Bare.field',
      'Told.bare',
      'Thing.bare',
      'Thing.inside',
      'value',
    ])
  })

  test('stands on every public name and field: what it is, its unit, when it is null', () => {
    expect(undocumented(built)).toEqual([])
  })
})
