import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @type {import('next').NextConfig} */
export default {
  // It brings a database driver, which is no matter for a bundler.
  serverExternalPackages: ['evergrant'],
  // In this clone evergrant is a link out of the folder; in a project of yours leave it away.
  turbopack: { root: join(dirname(fileURLToPath(import.meta.url)), '../..') },
}
