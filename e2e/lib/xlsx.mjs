// Looks into an Excel file, without a library: an archive of XML.
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/** One part of the archive, as text. */
function part(bytes, wanted) {
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
	let at = bytes.readUInt32LE(end + 16);
	for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
		const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
		const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
		const local = bytes.readUInt32LE(at + 42);
		if (bytes.toString('utf8', at + 46, at + 46 + name) === wanted) {
			const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
			const packed = bytes.subarray(begin, begin + size);
			return (method === 0 ? packed : inflateRawSync(packed)).toString('utf8');
		}
		at += 46 + name + extra + comment;
	}
	throw new Error(`no ${wanted} in the file`);
}

/** The cells of the first sheet, row by row, as text; what is empty is left out. */
export function rowsOf(path) {
	const sheet = part(readFileSync(path), 'xl/worksheets/sheet1.xml');
	return sheet
		.split('<row ')
		.slice(1)
		.map((row) => [...row.matchAll(/<(?:t|v)(?: [^>]*)?>([^<]*)</g)].map(([, text]) => text));
}
