import { expect, test } from 'vitest';
import { birthText, parseBirth } from './people';

test('a birth is written as far as it is known', () => {
	expect(birthText('2014-03-26')).toBe('26/03/2014');
	expect(birthText('2014-03')).toBe('03/2014');
	expect(birthText('2014')).toBe('2014');
	expect(birthText(null)).toBe('');
});

test('a birth is read as people write it', () => {
	expect(parseBirth(' 26/3/2014 ')).toBe('2014-03-26');
	expect(parseBirth('3/2014')).toBe('2014-03');
	expect(parseBirth('2014')).toBe('2014');
	expect(parseBirth('31/02/2014')).toBeNull();
	expect(parseBirth('13/2014')).toBeNull();
	expect(parseBirth('hai')).toBeNull();
});
