import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { readPages } from '../packaging/documentation.ts'
import { projectDirectory } from '../support/project.ts'
import { anchorsOf, linksOf } from './markdown.ts'

/** Links that lead nowhere: to a file that does not exist, or a heading that the page does not have. */
function brokenLinks(pages: ReadonlyMap<string, string>, exists: (path: string) => boolean): string[] {
  const broken: string[] = []
  for (const [path, page] of pages) {
    for (const link of linksOf(page)) {
      if (/^[a-z]+:/.test(link)) continue
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      const heading = anchor === undefined || anchorsOf(pages.get(target) ?? '').has(anchor)
      if (!exists(target) || !heading) broken.push(`${path}: ${link}`)
    }
  }
  return broken
}

test('a link to a file or a heading that is not there is noticed', () => {
  const pages = new Map([
    [
      'a.md',
      '# One `two`, three\n[b](docs/b.md) [c](c.md) [here](#one-two-three) [there](docs/b.md#no) `[d](d.md)`',
    ],
    ['docs/b.md', '# B\n```sh\n# no heading\n```\n[up](../a.md#no-heading) [web](https://example.com/x)'],
  ])
  expect(brokenLinks(pages, path => pages.has(path))).toEqual([
    'a.md: c.md',
    'a.md: docs/b.md#no',
    'docs/b.md: ../a.md#no-heading',
  ])
})

test('every link between files resolves, with its heading', async () => {
  expect(brokenLinks(await readPages(), path => existsSync(join(projectDirectory, path)))).toEqual([])
})

test('the README leads to every guide', async () => {
  const pages = await readPages()
  const linked = linksOf(pages.get('README.md') ?? '')
  const guides = [...pages.keys()].filter(path => path.startsWith('docs/guide/'))
  expect(guides.filter(path => !linked.includes(path))).toEqual([])
})
