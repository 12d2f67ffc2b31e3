import { call } from '$lib/api/client';
import type { Fields } from '$lib/api/types';

type Values = Record<string, string | null>;

/** Whose fields these are: the same questions for a school, a class, a pupil and somebody who works there. */
export interface FieldRecord {
	/** The kind in the sector's specification. */
	kind: 'school' | 'class' | 'pupil' | 'staff';
	id: string;
	/** With the name of a group that is not shown unasked, its values come too; that is recorded as a look. */
	fields: (group?: string) => Promise<Fields>;
	set: (group: string, version: number, values: Values) => Promise<unknown>;
	history: (group: string) => Promise<import('$lib/api/types').GroupHistory>;
	add: (kind: string, values: Values, key: string) => Promise<unknown>;
	change: (kind: string, part: string, version: number, values: Values) => Promise<unknown>;
	remove: (kind: string, part: string, version: number) => Promise<unknown>;
}

export const pupilRecord = (school: string, id: string): FieldRecord => ({
	kind: 'pupil',
	id,
	fields: (group) =>
		call('get', '/schools/{school}/pupils/{id}/fields', {
			path: { school, id },
			query: { group: group === undefined ? undefined : [group] }
		}),
	set: (group, version, values) =>
		call('put', '/schools/{school}/pupils/{id}/fields/{group}', {
			path: { school, id, group },
			version,
			body: { values }
		}),
	history: (group) =>
		call('get', '/schools/{school}/pupils/{id}/fields/{group}/history', { path: { school, id, group } }),
	add: (kind, values, key) =>
		call('post', '/schools/{school}/pupils/{id}/parts/{kind}', {
			path: { school, id, kind },
			body: { values },
			key
		}),
	change: (kind, part, version, values) =>
		call('put', '/schools/{school}/pupils/{id}/parts/{kind}/{part}', {
			path: { school, id, kind, part },
			version,
			body: { values }
		}),
	remove: (kind, part, version) =>
		call('delete', '/schools/{school}/pupils/{id}/parts/{kind}/{part}', {
			path: { school, id, kind, part },
			version
		})
});

export const staffRecord = (school: string, id: string): FieldRecord => ({
	kind: 'staff',
	id,
	fields: (group) =>
		call('get', '/schools/{school}/staff/{id}/fields', {
			path: { school, id },
			query: { group: group === undefined ? undefined : [group] }
		}),
	set: (group, version, values) =>
		call('put', '/schools/{school}/staff/{id}/fields/{group}', {
			path: { school, id, group },
			version,
			body: { values }
		}),
	history: (group) =>
		call('get', '/schools/{school}/staff/{id}/fields/{group}/history', { path: { school, id, group } }),
	add: (kind, values, key) =>
		call('post', '/schools/{school}/staff/{id}/parts/{kind}', {
			path: { school, id, kind },
			body: { values },
			key
		}),
	change: (kind, part, version, values) =>
		call('put', '/schools/{school}/staff/{id}/parts/{kind}/{part}', {
			path: { school, id, kind, part },
			version,
			body: { values }
		}),
	remove: (kind, part, version) =>
		call('delete', '/schools/{school}/staff/{id}/parts/{kind}/{part}', {
			path: { school, id, kind, part },
			version
		})
});

export const schoolRecord = (school: string): FieldRecord => ({
	kind: 'school',
	id: school,
	fields: (group) =>
		call('get', '/schools/{school}/fields', {
			path: { school },
			query: { group: group === undefined ? undefined : [group] }
		}),
	set: (group, version, values) =>
		call('put', '/schools/{school}/fields/{group}', { path: { school, group }, version, body: { values } }),
	history: (group) => call('get', '/schools/{school}/fields/{group}/history', { path: { school, group } }),
	add: (kind, values, key) =>
		call('post', '/schools/{school}/parts/{kind}', { path: { school, kind }, body: { values }, key }),
	change: (kind, part, version, values) =>
		call('put', '/schools/{school}/parts/{kind}/{part}', {
			path: { school, kind, part },
			version,
			body: { values }
		}),
	remove: (kind, part, version) =>
		call('delete', '/schools/{school}/parts/{kind}/{part}', { path: { school, kind, part }, version })
});

/** A class has groups, and no parts. */
export const classRecord = (school: string, id: string): FieldRecord => ({
	kind: 'class',
	id,
	fields: (group) =>
		call('get', '/schools/{school}/classes/{id}/fields', {
			path: { school, id },
			query: { group: group === undefined ? undefined : [group] }
		}),
	set: (group, version, values) =>
		call('put', '/schools/{school}/classes/{id}/fields/{group}', {
			path: { school, id, group },
			version,
			body: { values }
		}),
	history: (group) =>
		call('get', '/schools/{school}/classes/{id}/fields/{group}/history', { path: { school, id, group } }),
	add: () => Promise.reject(new Error('a class has no parts')),
	change: () => Promise.reject(new Error('a class has no parts')),
	remove: () => Promise.reject(new Error('a class has no parts'))
});
