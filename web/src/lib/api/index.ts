import { call } from './client';
import type {
	About,
	History,
	Invitation,
	InvitationLook,
	Me,
	NewInvitation,
	Page,
	Role,
	Session,
	Unit,
	UnitAccount,
	UnitRow
} from './types';

type Items<T> = { items: T[] };
const seg = encodeURIComponent;

export interface UnitQuery {
	q?: string;
	kind?: string;
	parent?: string;
	edge?: string;
	as_of?: string;
	sort?: string;
	limit?: number;
	cursor?: string;
}

export interface NewUnit {
	kind: string;
	name: string;
	code?: string;
	parent: string;
	authority?: string;
	level?: string[];
	from: string;
	basis?: string;
}

/** Every operation of the server that a screen uses, by its name in docs/API-DESIGN.md. */
export const api = {
	about: () => call<About>('GET', '/about', { anonymous: true }),
	signIn: (body: { login: string; password: string }) =>
		call<Me>('POST', '/session', { body, anonymous: true }),
	signOut: () => call<void>('DELETE', '/session', { anonymous: true }),

	me: () => call<Me>('GET', '/me', { anonymous: true }),
	changePassword: (body: { current: string; new: string }) => call<void>('PUT', '/me/password', { body }),
	sessions: () => call<Items<Session>>('GET', '/me/sessions'),
	endSession: (id: string) => call<void>('DELETE', `/me/sessions/${seg(id)}`),
	endOtherSessions: () => call<void>('DELETE', '/me/sessions'),

	units: (query: UnitQuery, signal?: AbortSignal) =>
		call<Page<UnitRow>>('GET', '/units', { query: { ...query }, signal }),
	unit: (id: string, as_of?: string) => call<Unit>('GET', `/units/${seg(id)}`, { query: { as_of } }),
	unitHistory: (id: string) => call<History>('GET', `/units/${seg(id)}/history`),
	createUnit: (body: NewUnit, key: string) => call<UnitRow>('POST', '/units', { body, key }),
	renameUnit: (
		id: string,
		version: number,
		body: { name: string; from: string; basis?: string },
		key: string
	) => call<unknown>('POST', `/units/${seg(id)}/renaming`, { body, version, key }),
	moveUnit: (
		id: string,
		version: number,
		body: { edge: string; authority: string; from: string; basis?: string },
		key: string
	) => call<unknown>('POST', `/units/${seg(id)}/move`, { body, version, key }),
	closeUnit: (
		id: string,
		version: number,
		body: { from: string; custodian: string; basis?: string },
		key: string
	) => call<unknown>('POST', `/units/${seg(id)}/closure`, { body, version, key }),

	unitAccounts: (id: string) => call<Items<UnitAccount>>('GET', `/units/${seg(id)}/accounts`),
	grant: (id: string, body: { account: string; role: string; from: string; to?: string }, key: string) =>
		call<unknown>('POST', `/units/${seg(id)}/grants`, { body, key }),
	endGrant: (id: string) => call<void>('DELETE', `/grants/${seg(id)}`),
	invitations: (unit: string) => call<Items<Invitation>>('GET', `/units/${seg(unit)}/invitations`),
	invite: (unit: string, body: { display_name: string; role: string; days?: number }, key: string) =>
		call<NewInvitation>('POST', `/units/${seg(unit)}/invitations`, { body, key }),
	withdrawInvitation: (id: string) => call<void>('DELETE', `/invitations/${seg(id)}`),
	lookAtInvitation: (code: string) =>
		call<InvitationLook>('POST', '/invitations/look', { body: { code }, anonymous: true }),
	acceptInvitation: (body: { code: string; login: string; password: string }) =>
		call<Me>('POST', '/invitations/acceptance', { body, anonymous: true }),
	roles: (unit: string) => call<Items<Role>>('GET', '/roles', { query: { unit } })
};
