// Collects the licence of every package that has a byte in the bundle; packages with the same text share one entry.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const LEGAL = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

// For packages that name the MIT licence without carrying its text.
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

function textFor({ name, license, author, repository }) {
  if (license !== 'MIT') throw new Error(`${name} is under ${license} and carries no text of it`);
  const holder = author?.name ?? author ?? `the authors of ${repository?.url ?? repository ?? name}`;
  return `MIT License\n\nCopyright (c) ${holder}\n\n${MIT}`;
}

async function describe(folder) {
  const about = JSON.parse(await readFile(join(folder, 'package.json')));
  const files = (await readdir(folder)).filter((file) => LEGAL.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const text = texts.length ? texts.join('\n\n') : textFor(about);
  return { heading: `${about.name} ${about.version} (${about.license})`, text: text.replaceAll('\r\n', '\n').trim() };
}

export async function licences(root, inputs) {
  const owner = (input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
  const folders = [...new Set(inputs.map(owner).filter(Boolean))].sort();
  const packages = await Promise.all(folders.map((folder) => describe(join(root, folder))));
  const headings = new Map();
  for (const { heading, text } of packages) headings.set(text, [...(headings.get(text) ?? []), heading]);
  const line = '='.repeat(100);
  const parts = [...headings].map(([text, names]) => `${line}\n${[...new Set(names)].join('\n')}\n${line}\n\n${text}\n`);
  return `The files beside this one are built from these packages (see frontend/graphiql).\n\n${parts.join('\n')}`;
}
