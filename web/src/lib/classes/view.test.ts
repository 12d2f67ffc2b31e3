import { expect, test } from 'vitest';
import type { ClassRow } from '$lib/api/types';
import { chosenClasses, readClasses, writeClasses, yearsAround } from './view';

const one = (code: string, pupils: number, homeroom?: string): ClassRow => ({
	id: code,
	code,
	name: `Lớp ${code}`,
	grade: code.slice(0, 1),
	year: '2026-2027',
	pupils,
	boys: 0,
	girls: pupils,
	version: 1,
	homeroom: homeroom ? { employment: code, person: code, full_name: homeroom } : null
});
const all = [one('6A', 30, 'Trần Thị Bình'), one('6B', 40), one('7A', 20, 'Vũ Đức An')];
const codes = (address: string) =>
	chosenClasses(all, readClasses(new URLSearchParams(address))).map(({ code }) => code);

test('classes are found by name or teacher without marks, by grade, and ordered as asked', () => {
	expect(codes('')).toEqual(['6A', '6B', '7A']);
	expect(codes('q=duc')).toEqual(['7A']);
	expect(codes('q=6')).toEqual(['6A', '6B']);
	expect(codes('khoi=7')).toEqual(['7A']);
	expect(codes('thieu=chu-nhiem')).toEqual(['6B']);
	expect(codes('sap=-siso')).toEqual(['6B', '6A', '7A']);
	expect(codes('sap=chunhiem'), 'by given name, those without one last').toEqual(['7A', '6A', '6B']);
});

test('the address says what is unusual, and nothing else', () => {
	const view = readClasses(
		new URLSearchParams('nam=2025-2026&ngay=2025-10-01&khoi=6&thieu=chu-nhiem&sap=-siso&q=an')
	);
	expect(writeClasses(view)).toBe('?nam=2025-2026&ngay=2025-10-01&khoi=6&thieu=chu-nhiem&q=an&sap=-siso');
	expect(writeClasses(readClasses(new URLSearchParams('nam=hai&ngay=mai')))).toBe('');
});

test('a year has the next one and four before it', () => {
	expect(yearsAround('2026-2027')).toEqual([
		'2027-2028',
		'2026-2027',
		'2025-2026',
		'2024-2025',
		'2023-2024',
		'2022-2023'
	]);
});
