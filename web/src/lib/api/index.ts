import { call, fetchFile, sendFile } from './client';
import type { components } from './schema';
import type {
	DuplicatesQuery,
	ImportRowsQuery,
	PasskeyJson,
	PupilQuery,
	StaffQuery,
	UnitQuery
} from './types';

type Body = components['schemas'];
type Relation = Body['Relation'];

/** Every operation of the server that a screen uses, by its name in docs/API-DESIGN.md. */
export const api = {
	about: () => call('get', '/about', { anonymous: true }),
	signIn: (body: Body['SignIn']) => call('post', '/session', { body, anonymous: true }),
	secondStep: (body: Body['SecondStepTaken']) =>
		call('post', '/session/second-step', { body, anonymous: true }),
	/** With the ticket of a second step: for that account. Without: for whoever shows a passkey. */
	passkeyToSignIn: (ticket?: string) =>
		call('post', '/session/passkey/options', { body: { ticket }, anonymous: true }),
	signInByPasskey: (ticket: string, credential: PasskeyJson) =>
		call('post', '/session/passkey', { body: { ticket, credential }, anonymous: true }),
	signOut: () => call('delete', '/session', { maybe: true }),

	me: () => call('get', '/me', { maybe: true }),
	/** Whoever is signed in in this browser, be it somebody else than whose page this is. */
	whoIsHere: () => call('get', '/me', { anonymous: true }),
	changePassword: (body: Body['ChangePassword']) => call('put', '/me/password', { body }),
	sessions: () => call('get', '/me/sessions'),
	endSession: (session: string) => call('delete', '/me/sessions/{session}', { path: { session } }),
	endOtherSessions: () => call('delete', '/me/sessions'),

	factors: () => call('get', '/me/factors'),
	beginTotp: () => call('post', '/me/totp'),
	enrolTotp: (code: string) => call('put', '/me/totp', { body: { code } }),
	removeTotp: () => call('delete', '/me/totp'),
	passkeyToAdd: () => call('post', '/me/passkeys/options'),
	addPasskey: (ticket: string, name: string, credential: PasskeyJson) =>
		call('post', '/me/passkeys', { body: { ticket, name, credential } }),
	renamePasskey: (passkey: string, version: number, name: string) =>
		call('put', '/me/passkeys/{passkey}', { path: { passkey }, version, body: { name } }),
	removePasskey: (passkey: string) => call('delete', '/me/passkeys/{passkey}', { path: { passkey } }),
	renewRecoveryCodes: () => call('post', '/me/recovery-codes'),
	confirm: (body: Body['Confirm']) => call('post', '/me/confirmation', { body }),
	passkeyToConfirm: () => call('post', '/me/confirmation/passkey/options'),
	confirmByPasskey: (ticket: string, credential: PasskeyJson) =>
		call('post', '/me/confirmation/passkey', { body: { ticket, credential } }),
	resetFactors: (account: string, body: Body['ResetFactors']) =>
		call('delete', '/accounts/{account}/factors', { path: { account }, body }),

	units: (query: UnitQuery, signal?: AbortSignal) => call('get', '/units', { query, signal }),
	people: (query: { q: string; unit?: string; limit?: number }, signal?: AbortSignal) =>
		call('get', '/people', { query, signal }),
	exportUnits: (body: Body['ExportUnits']) => fetchFile('post', '/units/exports', { body }),
	unit: (unit: string, as_of?: string) => call('get', '/units/{unit}', { path: { unit }, query: { as_of } }),
	unitHistory: (unit: string) => call('get', '/units/{unit}/history', { path: { unit } }),
	createUnit: (body: Body['CreateUnit'], key: string) => call('post', '/units', { body, key }),
	renameUnit: (unit: string, version: number, body: Body['Rename'], key: string) =>
		call('post', '/units/{unit}/renaming', { path: { unit }, body, version, key }),
	moveUnit: (unit: string, version: number, body: Body['Move'], key: string) =>
		call('post', '/units/{unit}/move', { path: { unit }, body, version, key }),
	closeUnit: (unit: string, version: number, body: Body['Close'], key: string) =>
		call('post', '/units/{unit}/closure', { path: { unit }, body, version, key }),

	previewMerger: (body: Body['Merge']) => call('post', '/units/mergers/preview', { body }),
	previewSplit: (body: Body['Split']) => call('post', '/units/splits/preview', { body }),
	mergeUnits: (body: Body['Merge'], key: string) => call('post', '/units/mergers', { body, key }),
	splitUnit: (body: Body['Split'], key: string) => call('post', '/units/splits', { body, key }),

	unitAccounts: (unit: string) => call('get', '/units/{unit}/accounts', { path: { unit } }),
	grant: (unit: string, body: Body['GiveGrant'], key: string) =>
		call('post', '/units/{unit}/grants', { path: { unit }, body, key }),
	accountSessions: (account: string) => call('get', '/accounts/{account}/sessions', { path: { account } }),
	endAccountSession: (account: string, session: string) =>
		call('delete', '/accounts/{account}/sessions/{session}', { path: { account, session } }),
	endAccountSessions: (account: string) =>
		call('delete', '/accounts/{account}/sessions', { path: { account } }),
	suspendAccount: (account: string, body: Body['SuspendAccount']) =>
		call('post', '/accounts/{account}/suspension', { path: { account }, body }),
	restoreAccount: (account: string) =>
		call('delete', '/accounts/{account}/suspension', { path: { account } }),
	renewPassword: (account: string, key: string) =>
		call('post', '/accounts/{account}/password-renewal', { path: { account }, key }),
	endGrant: (grant: string) => call('delete', '/grants/{grant}', { path: { grant } }),
	invitations: (unit: string) => call('get', '/units/{unit}/invitations', { path: { unit } }),
	invite: (unit: string, body: Body['Invite'], key: string) =>
		call('post', '/units/{unit}/invitations', { path: { unit }, body, key }),
	withdrawInvitation: (invitation: string) =>
		call('delete', '/invitations/{invitation}', { path: { invitation } }),
	lookAtInvitation: (code: string) => call('post', '/invitations/look', { body: { code }, anonymous: true }),
	acceptInvitation: (body: Body['AcceptInvitation']) =>
		call('post', '/invitations/acceptance', { body, anonymous: true }),
	jobs: (query: { state?: string; limit?: number; cursor?: string }) => call('get', '/jobs', { query }),
	myJobs: () => call('get', '/me/jobs'),
	job: (job: string) => call('get', '/jobs/{job}', { path: { job } }),
	cancelJob: (job: string) => call('post', '/jobs/{job}/cancellation', { path: { job } }),
	retryJob: (job: string) => call('post', '/jobs/{job}/retry', { path: { job } }),
	recurringJobs: () => call('get', '/jobs/recurring'),
	runRecurringJob: (kind: string) => call('post', '/jobs/recurring/{kind}/run', { path: { kind } }),

	settings: (unit: string) => call('get', '/units/{unit}/settings', { path: { unit } }),
	putSetting: (unit: string, key: string, version: number, body: Body['PutSetting']) =>
		call('put', '/units/{unit}/settings/{key}', { path: { unit, key }, version, body }),
	previewSetting: (unit: string, key: string, body: Body['PutSetting']) =>
		call('post', '/units/{unit}/settings/{key}/preview', { path: { unit, key }, body }),
	removeSetting: (unit: string, key: string, version: number) =>
		call('delete', '/units/{unit}/settings/{key}', { path: { unit, key }, version }),
	tryMail: (unit: string, body: Body['TryMail'], key: string) =>
		call('post', '/units/{unit}/mail-trials', { path: { unit }, body, key }),

	imports: (unit: string) => call('get', '/units/{unit}/imports', { path: { unit } }),
	bringImport: (unit: string, file: File, signal?: AbortSignal) =>
		sendFile('/units/{unit}/imports', { path: { unit }, query: { name: file.name }, file, signal }),
	importTemplate: (unit: string, what?: 'pupils' | 'staff' | 'classes' | 'assignments') =>
		fetchFile('get', '/units/{unit}/imports/template', { path: { unit }, query: { what } }),
	importOf: (unit: string, id: string) =>
		call('get', '/units/{unit}/imports/{import}', { path: { unit, import: id } }),
	importRows: (unit: string, id: string, query: ImportRowsQuery) =>
		call('get', '/units/{unit}/imports/{import}/rows', { path: { unit, import: id }, query }),
	changeImport: (unit: string, id: string, version: number, body: Body['ChangeImport']) =>
		call('post', '/units/{unit}/imports/{import}/changes', { path: { unit, import: id }, version, body }),
	applyImport: (unit: string, id: string, version: number) =>
		call('post', '/units/{unit}/imports/{import}/apply', { path: { unit, import: id }, version }),
	importReceipt: (unit: string, id: string) =>
		fetchFile('get', '/units/{unit}/imports/{import}/receipt', { path: { unit, import: id } }),

	duplicates: (unit: string, query: DuplicatesQuery) =>
		call('get', '/units/{unit}/duplicates', { path: { unit }, query }),
	duplicatesAcross: (unit: string, query: { limit?: number; cursor?: string }) =>
		call('get', '/units/{unit}/duplicates/across', { path: { unit }, query }),
	searchDuplicates: (unit: string) => call('post', '/units/{unit}/duplicates/search', { path: { unit } }),
	mergeDuplicate: (duplicate: string, version: number, body: Body['MergeDuplicate']) =>
		call('post', '/duplicates/{duplicate}/merger', { path: { duplicate }, version, body }),
	tellDuplicateApart: (duplicate: string, version: number) =>
		call('post', '/duplicates/{duplicate}/difference', { path: { duplicate }, version }),
	reopenDuplicate: (duplicate: string, version: number) =>
		call('post', '/duplicates/{duplicate}/reopening', { path: { duplicate }, version }),
	exports: (school: string, query: { waiting?: boolean; limit?: number; cursor?: string }) =>
		call('get', '/schools/{school}/exports', { path: { school }, query }),
	exportOffers: (school: string) => call('get', '/schools/{school}/export-offers', { path: { school } }),
	askExport: (school: string, body: Body['AskExport'], key: string) =>
		call('post', '/schools/{school}/exports', { path: { school }, body, key }),
	approveExport: (school: string, id: string, version: number) =>
		call('post', '/schools/{school}/exports/{export}/approval', { path: { school, export: id }, version }),
	refuseExport: (school: string, id: string, version: number, body: Body['RefuseExport']) =>
		call('post', '/schools/{school}/exports/{export}/refusal', {
			path: { school, export: id },
			version,
			body
		}),
	withdrawExport: (school: string, id: string, version: number) =>
		call('post', '/schools/{school}/exports/{export}/withdrawal', { path: { school, export: id }, version }),
	takeExport: (school: string, id: string) =>
		fetchFile('get', '/schools/{school}/exports/{export}/file', { path: { school, export: id } }),

	gradebooks: (school: string, id: string, semester?: number) =>
		call('get', '/schools/{school}/classes/{class}/gradebooks', {
			path: { school, class: id },
			query: { semester }
		}),
	gradebook: (school: string, id: string, subject: string, semester: number) =>
		call('get', '/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}', {
			path: { school, class: id, subject, semester }
		}),
	enterMarks: (school: string, id: string, subject: string, semester: number, body: Body['EnterMarks']) =>
		call('patch', '/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/marks', {
			path: { school, class: id, subject, semester },
			body
		}),
	submitGradebook: (school: string, id: string, subject: string, semester: number, version: number) =>
		call('post', '/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/submission', {
			path: { school, class: id, subject, semester },
			version
		}),
	lockGradebook: (school: string, id: string, subject: string, semester: number, version: number) =>
		call('post', '/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/lock', {
			path: { school, class: id, subject, semester },
			version
		}),
	reopenGradebook: (
		school: string,
		id: string,
		subject: string,
		semester: number,
		version: number,
		body: Body['Reopen']
	) =>
		call('post', '/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/reopening', {
			path: { school, class: id, subject, semester },
			version,
			body
		}),
	pupilChanges: (school: string, pupil: string) =>
		call('get', '/schools/{school}/pupils/{pupil}/changes', { path: { school, pupil } }),
	pupilLooks: (school: string, pupil: string, query: { from?: string; to?: string }) =>
		call('get', '/schools/{school}/pupils/{pupil}/looks', { path: { school, pupil }, query }),
	guardians: (school: string, pupil: string) =>
		call('get', '/schools/{school}/pupils/{pupil}/guardians', { path: { school, pupil } }),
	linkGuardian: (school: string, pupil: string, relation: Relation, version: number, login: string) =>
		call('put', '/schools/{school}/pupils/{pupil}/relatives/{relation}/account', {
			path: { school, pupil, relation },
			version,
			body: { login }
		}),
	unlinkGuardian: (school: string, pupil: string, relation: Relation, version: number) =>
		call('delete', '/schools/{school}/pupils/{pupil}/relatives/{relation}/account', {
			path: { school, pupil, relation },
			version
		}),
	myChildren: () => call('get', '/me/children'),
	myChildsGlass: (pupil: string, query: { from?: string; to?: string }) =>
		call('get', '/me/children/{pupil}/glass', { path: { pupil }, query }),

	sectorSpec: (kind: string) => call('get', '/sector/spec/{kind}', { path: { kind } }),
	schoolOverview: (school: string, as_of?: string) =>
		call('get', '/schools/{school}/overview', { path: { school }, query: { as_of } }),
	myToday: () => call('get', '/me/today'),
	classes: (school: string, query: { year?: string; as_of?: string } = {}) =>
		call('get', '/schools/{school}/classes', { path: { school }, query }),
	class: (school: string, id: string, as_of?: string) =>
		call('get', '/schools/{school}/classes/{class}', { path: { school, class: id }, query: { as_of } }),
	createClass: (school: string, body: Body['CreateClass'], key: string) =>
		call('post', '/schools/{school}/classes', { path: { school }, body, key }),
	editClass: (school: string, id: string, version: number, body: Body['EditClass']) =>
		call('patch', '/schools/{school}/classes/{class}', { path: { school, class: id }, version, body }),
	classSubjects: (unit: string, id: string) =>
		call('get', '/units/{unit}/classes/{class}/subjects', { path: { unit, class: id } }),
	setClassSubjects: (unit: string, id: string, version: number, body: Body['SetSubjects']) =>
		call('put', '/units/{unit}/classes/{class}/subjects', { path: { unit, class: id }, version, body }),
	homeroom: (school: string, id: string) =>
		call('get', '/schools/{school}/classes/{class}/homeroom', { path: { school, class: id } }),
	setHomeroom: (school: string, id: string, version: number, body: Body['SetHomeroom']) =>
		call('put', '/schools/{school}/classes/{class}/homeroom', { path: { school, class: id }, version, body }),
	classTeaching: (school: string, id: string, as_of?: string) =>
		call('get', '/schools/{school}/classes/{class}/teaching', {
			path: { school, class: id },
			query: { as_of }
		}),
	setClassTeaching: (school: string, id: string, version: number, body: Body['SetClassTeaching']) =>
		call('put', '/schools/{school}/classes/{class}/teaching', { path: { school, class: id }, version, body }),
	pupils: (school: string, query: PupilQuery, signal?: AbortSignal) =>
		call('get', '/schools/{school}/pupils', { path: { school }, query, signal }),
	pupil: (school: string, pupil: string, withProtected = false) =>
		call('get', '/schools/{school}/pupils/{pupil}', {
			path: { school, pupil },
			query: { protected: withProtected || undefined }
		}),
	admitPupil: (school: string, body: Body['Admit'], key: string) =>
		call('post', '/schools/{school}/pupils', { path: { school }, body, key }),
	transferIn: (school: string, body: Body['TransferIn'], key: string) =>
		call('post', '/schools/{school}/pupils/arrivals', { path: { school }, body, key }),
	askElsewhere: (school: string, body: Body['AskElsewhere']) =>
		call('post', '/schools/{school}/pupils/elsewhere', { path: { school }, body }),
	changePupil: (school: string, pupil: string, version: number, body: Body['ChangePerson']) =>
		call('patch', '/schools/{school}/pupils/{pupil}/person', { path: { school, pupil }, version, body }),
	setProtected: (school: string, pupil: string, version: number, body: Body['SetProtected']) =>
		call('patch', '/schools/{school}/pupils/{pupil}/protected', { path: { school, pupil }, version, body }),
	setRelative: (school: string, pupil: string, version: number, body: Body['NewRelative']) =>
		call('put', '/schools/{school}/pupils/{pupil}/relatives', { path: { school, pupil }, version, body }),
	removeRelative: (school: string, pupil: string, version: number, relation: string) =>
		call('delete', '/schools/{school}/pupils/{pupil}/relatives/{relation}', {
			path: { school, pupil, relation: relation as Body['Relation'] },
			version
		}),
	moveClass: (school: string, pupil: string, version: number, body: Body['MoveClass']) =>
		call('put', '/schools/{school}/pupils/{pupil}/class', { path: { school, pupil }, version, body }),
	promotePupil: (school: string, pupil: string, version: number, body: Body['MoveClass']) =>
		call('post', '/schools/{school}/pupils/{pupil}/promotion', { path: { school, pupil }, version, body }),
	repeatPupil: (school: string, pupil: string, version: number, body: Body['MoveClass']) =>
		call('post', '/schools/{school}/pupils/{pupil}/repetition', { path: { school, pupil }, version, body }),
	transferOut: (school: string, pupil: string, version: number, body: Body['TransferOut']) =>
		call('post', '/schools/{school}/pupils/{pupil}/transfer', { path: { school, pupil }, version, body }),
	leaveSchool: (school: string, pupil: string, version: number, body: Body['Leave']) =>
		call('post', '/schools/{school}/pupils/{pupil}/leaving', { path: { school, pupil }, version, body }),
	finishSchool: (school: string, pupil: string, version: number, body: Body['Go']) =>
		call('post', '/schools/{school}/pupils/{pupil}/finishing', { path: { school, pupil }, version, body }),
	returnToSchool: (school: string, pupil: string, body: Body['ComeBack'], key: string) =>
		call('post', '/schools/{school}/pupils/{pupil}/return', { path: { school, pupil }, body, key }),
	correctStay: (school: string, pupil: string, version: number, body: Body['CorrectStay']) =>
		call('patch', '/schools/{school}/pupils/{pupil}/stay', { path: { school, pupil }, version, body }),
	schoolYear: (unit: string, year: string) =>
		call('get', '/units/{unit}/school-years/{year}', { path: { unit, year } }),
	previewSchoolYear: (unit: string, year: string, body: Body['YearPlan']) =>
		call('post', '/units/{unit}/school-years/{year}/preview', { path: { unit, year }, body }),
	openSchoolYear: (unit: string, year: string, body: Body['YearPlan'], key: string) =>
		call('post', '/units/{unit}/school-years/{year}', { path: { unit, year }, body, key }),
	changeSchoolYear: (unit: string, year: string, version: number, body: Body['YearPlan']) =>
		call('put', '/units/{unit}/school-years/{year}', { path: { unit, year }, version, body }),
	rollOvers: (unit: string) => call('get', '/units/{unit}/roll-overs', { path: { unit } }),
	previewRollOver: (unit: string, body: Body['RollOver']) =>
		call('post', '/units/{unit}/roll-overs/preview', { path: { unit }, body }),
	rollOver: (unit: string, body: Body['RollOver'], key: string) =>
		call('post', '/units/{unit}/roll-overs', { path: { unit }, body, key }),
	undoRollOver: (unit: string, rollover: string, version: number) =>
		call('post', '/units/{unit}/roll-overs/{rollover}/undoing', { path: { unit, rollover }, version }),

	staffList: (school: string, query: StaffQuery, signal?: AbortSignal) =>
		call('get', '/schools/{school}/staff', { path: { school }, query, signal }),
	staff: (school: string, staff: string, withProtected = false) =>
		call('get', '/schools/{school}/staff/{staff}', {
			path: { school, staff },
			query: { protected: withProtected || undefined }
		}),
	employ: (school: string, body: Body['Employ'], key: string) =>
		call('post', '/schools/{school}/staff', { path: { school }, body, key }),
	changeStaff: (school: string, staff: string, version: number, body: Body['ChangeStaff']) =>
		call('patch', '/schools/{school}/staff/{staff}/person', { path: { school, staff }, version, body }),
	setStaffProtected: (school: string, staff: string, version: number, body: Body['SetProtected']) =>
		call('patch', '/schools/{school}/staff/{staff}/protected', { path: { school, staff }, version, body }),
	setPosition: (school: string, staff: string, version: number, body: Body['SetPosition']) =>
		call('put', '/schools/{school}/staff/{staff}/position', { path: { school, staff }, version, body }),
	endWork: (school: string, staff: string, version: number, body: Body['EndWork']) =>
		call('post', '/schools/{school}/staff/{staff}/leaving', { path: { school, staff }, version, body }),
	workAgain: (school: string, staff: string, body: Body['WorkAgain'], key: string) =>
		call('post', '/schools/{school}/staff/{staff}/return', { path: { school, staff }, body, key }),
	correctWork: (school: string, staff: string, version: number, body: Body['CorrectWork']) =>
		call('patch', '/schools/{school}/staff/{staff}/work', { path: { school, staff }, version, body }),
	linkAccount: (school: string, staff: string, version: number, account: string) =>
		call('put', '/schools/{school}/staff/{staff}/account', {
			path: { school, staff },
			version,
			body: { account }
		}),
	unlinkAccount: (school: string, staff: string, version: number) =>
		call('delete', '/schools/{school}/staff/{staff}/account', { path: { school, staff }, version }),
	timetable: (unit: string, query: { as_of?: string }) =>
		call('get', '/units/{unit}/timetable', { path: { unit }, query }),
	timetableGround: (unit: string, day: string) =>
		call('get', '/units/{unit}/timetables/ground', { path: { unit }, query: { day } }),
	checkTimetable: (unit: string, body: Body['NewTimetable'], signal?: AbortSignal) =>
		call('post', '/units/{unit}/timetables/check', { path: { unit }, body, signal }),
	saveTimetable: (unit: string, body: Body['NewTimetable'], key: string) =>
		call('post', '/units/{unit}/timetables', { path: { unit }, body, key }),
	replaceTimetable: (unit: string, timetable: string, version: number, body: Body['NewTimetable']) =>
		call('put', '/units/{unit}/timetables/{timetable}', { path: { unit, timetable }, version, body }),
	bringTimetable: (unit: string, day: string, file: File, signal?: AbortSignal) =>
		sendFile('/units/{unit}/timetables/file', { path: { unit }, query: { day }, file, signal }),
	takeTimetable: (unit: string, timetable: string) =>
		fetchFile('get', '/units/{unit}/timetables/{timetable}/file', { path: { unit, timetable } }),

	roles: (unit: string) => call('get', '/roles', { query: { unit } })
};
