import type { Place } from '$lib/school/places';

// Matchers come with the very first page: this one brings nothing along. `school/places.test.ts` holds it to the rooms.
export const match = (word: string): word is Place =>
	/^(lop|hoc-sinh|thoi-khoa-bieu|can-bo|nhap-du-lieu|xuat-du-lieu|trung-lap|nam-hoc)$/.test(word);
