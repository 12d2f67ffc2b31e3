// The shapes of docs/API-DESIGN.md. `npm run api` makes the machine's copy from openapi.json.

export interface Page<Row> {
	items: Row[];
	next: string | null;
	total: number | null;
	total_is_more: boolean;
}

export interface About {
	product: string;
	version: string;
	demo: boolean;
	secure: boolean;
	demo_accounts?: { login: string; password: string; display_name: string; role_name?: string }[];
}

export interface UnitRef {
	id: string;
	kind: string;
	name: string;
}

export interface Grant {
	id: string;
	role: string;
	role_name: string;
	unit: UnitRef;
	from: string;
	to: string | null;
}

export interface Account {
	id: string;
	login: string;
	display_name: string;
}

export interface Me {
	account: Account & { must_change_password: boolean };
	grants: Grant[];
	capabilities: string[];
	screens: string[];
}

export interface Session {
	id: string;
	created_at: string;
	seen_at: string;
	address: string | null;
	device: string | null;
	current: boolean;
}

export interface PathStep {
	id: string;
	name: string;
}

export interface UnitRow {
	id: string;
	kind: string;
	code: string | null;
	name: string;
	full_name: string;
	path: PathStep[];
	children: number;
	valid_from: string | null;
	valid_to: string | null;
	version: number;
}

export interface Edge {
	kind: string;
	authority: UnitRef;
	from: string | null;
	to: string | null;
}

export interface Unit extends UnitRow {
	edges: Edge[];
	counts: Record<string, number>;
	levels?: string[];
	address: string | null;
	may: string[];
}

export interface UnitPart extends UnitRef {
	path: PathStep[];
	whole: boolean;
}

export interface HistoryEntry {
	date: string;
	kind: string;
	basis: string | null;
	text: string;
	from: UnitRef[];
	to: UnitRef[];
}

export interface History {
	items: HistoryEntry[];
	names: { name: string; from: string | null; to: string | null }[];
	formed_from: UnitPart[];
	went_to: UnitPart[];
}

export interface UnitAccount {
	account: Account;
	grants: Grant[];
}

export interface Invitation {
	id: string;
	display_name: string;
	role: string;
	role_name: string;
	created_at: string;
	expires_at: string;
}

export interface NewInvitation {
	id: string;
	code: string;
	link: string;
	expires_at: string;
}

export interface InvitationLook {
	unit_name: string;
	role_name: string;
	display_name: string;
	expires_at: string;
}

export interface Role {
	code: string;
	name: string;
	description: string;
}
