import { expect, test } from 'vitest';
import { byLetters, byWords, type Piece } from './diff';

const said = (pieces: Piece[]) =>
	pieces.map(({ text, mark }) => (mark === 'same' ? text : `[${mark}:${text}]`)).join('');

test('one digit of a date is marked in both', () => {
	const [a, b] = byLetters('26/03/2014', '26/08/2014');
	expect([said(a), said(b)]).toEqual(['26/0[other:3]/2014', '26/0[other:8]/2014']);
});

test('a word under other marks is told from another word', () => {
	const [a, b] = byWords('Nguyễn Thị Hà', 'Nguyễn Thị Hạ');
	expect([said(a), said(b)]).toEqual(['Nguyễn Thị [tone:Hà]', 'Nguyễn Thị [tone:Hạ]']);
	const [c, d] = byWords('Nguyễn Minh An', 'Nguyen Minh An');
	expect([said(c), said(d)]).toEqual(['[tone:Nguyễn] Minh An', '[tone:Nguyen] Minh An']);
});

test('words in another order are the same words elsewhere', () => {
	const [a, b] = byWords('Trần Minh Anh', 'Minh Anh Trần');
	expect(said(a)).toBe('[moved:Trần] Minh Anh');
	expect(said(b)).toBe('Minh Anh [moved:Trần]');
});

test('a slip of one letter is marked inside its word, a missing word as a whole', () => {
	const [a, b] = byWords('Lê Văn Anh', 'Lê Văn An');
	expect([said(a), said(b)]).toEqual(['Lê Văn An[other:h]', 'Lê Văn An']);
	const [c, d] = byWords('Lê Thị Minh Anh', 'Lê Minh Anh');
	expect([said(c), said(d)]).toEqual(['Lê [other:Thị] Minh Anh', 'Lê Minh Anh']);
});
