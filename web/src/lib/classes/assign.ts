import type { ClassTeaching } from '$lib/api/types';

/** Who is to teach the class when one subject is given to somebody (or to nobody) and the rest stays as it is. */
export function assigned(teaching: ClassTeaching, subject: string, staff: string) {
	const stays = teaching.items
		.filter((item) => item.subject !== subject)
		.map((item) => ({
			subject: item.subject,
			staff: item.staff,
			semester: item.semester,
			periods: item.periods ?? undefined,
			responsible: item.responsible,
			// What begins later begins then; what stands already goes on.
			from: item.valid_from > teaching.as_of ? item.valid_from : undefined,
			to: item.valid_to ?? undefined
		}));
	return staff ? [...stays, { subject, staff, semester: 0, responsible: true }] : stays;
}
