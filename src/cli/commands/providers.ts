import type { ProviderProfile } from 'evergrant'
import {
  describeKnownProvider,
  describeProvider,
  knownProviders,
  type ProviderDescription,
} from 'evergrant/providers'
import { EXIT, UsageError } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { Table } from '../table.ts'
import { visible } from '../visible-text.ts'
import { USUAL_WIDTH, wrapped } from '../wrapped-text.ts'

/** Prints what is known of one provider, or which there are: those of the catalogue, and those of the config file. */
export async function providers(invocation: Invocation): Promise<number> {
  const { output, args } = invocation
  const own = ownProfiles(invocation)
  const [name] = args
  if (name === undefined) {
    const all = await describeAll(own)
    output.report({ providers: all.map(({ name, title }) => ({ name, title })) }, linesOf(all))
    output.hint('What is known of one: `evergrant providers google`.')
    return EXIT.done
  }
  const description = await describe(name, own)
  if (description === null) {
    const near = namesOf(own).filter(known => known.startsWith(`${name.toLowerCase()}_`))
    throw new UsageError(
      'There is no provider of this name, neither in the catalogue nor in the file of --config. ' +
        (near.length === 0 ? '' : `There is ${near.map(visible).join(' and ')}. `) +
        'See all: `evergrant providers`.',
    )
  }
  output.report(description, pageOf(description, output.columns ?? USUAL_WIDTH))
  return EXIT.done
}

type OwnProfiles = ReadonlyMap<string, ProviderProfile>

// What the file exports is looked at by `open` only: here, what is no profile is none.
function ownProfiles({ config }: Invocation): OwnProfiles {
  const profiles = new Map<string, ProviderProfile>()
  for (const [name, options] of Object.entries(config.providers ?? {})) {
    if (options?.profile?.name === name) profiles.set(name, options.profile)
  }
  return profiles
}

async function describe(name: string, own: OwnProfiles): Promise<ProviderDescription | null> {
  const profile = own.get(name)
  return profile === undefined ? describeKnownProvider(name) : describeProvider(profile)
}

function namesOf(own: OwnProfiles): readonly string[] {
  return [...new Set([...knownProviders, ...own.keys()])].sort()
}

async function describeAll(own: OwnProfiles): Promise<readonly ProviderDescription[]> {
  const found = await Promise.all(namesOf(own).map(name => describe(name, own)))
  return found.filter(description => description !== null)
}

function linesOf(descriptions: readonly ProviderDescription[]): readonly string[] {
  const rows = descriptions.map(({ name, title }) => [visible(name), visible(title)])
  return new Table([]).align([['NAME', 'PROVIDER'], ...rows]).map(cells => cells.join('  ').trimEnd())
}

/** A line for each fact, what it is about in a column of its own. */
function pageOf(
  { name, title, facts, unknown, notes }: ProviderDescription,
  width: number,
): readonly string[] {
  const column = Math.max(...facts.map(({ about }) => about.length)) + 2
  return [
    visible(title === name ? name : `${name}  ${title}`),
    '',
    ...facts.flatMap(({ about, is }) =>
      wrapped(`${about.padEnd(column)}${visible(is)}`, width, ' '.repeat(column)),
    ),
    ...(unknown.length === 0 ? [] : ['', ...wrapped(`Not known: ${unknown.join(', ')}.`, width)]),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap(note => wrapped(note, width))]),
  ]
}
