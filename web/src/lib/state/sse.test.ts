import { expect, it } from 'vitest';
import { parseEvents } from './sse';

it('events come whole, however the stream was cut', () => {
	const text = ': khue\nretry: 3000\n\nid: 1-7\ndata: {"kind":"a"}\n\n:\n\ndata: {"kind":\ndata: "b"}\r\n\n';
	const parse = parseEvents();
	const found = [...text].flatMap((letter) => parse(letter));
	expect(found).toEqual(['{"kind":"a"}', '{"kind":\n"b"}']);
	expect(parseEvents()(`${text}data: {"half"`)).toEqual(found);
});
