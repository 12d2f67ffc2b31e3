// Which kinds a unit can answer to, as the server's rules say; the picker offers no others.
export function authorityKinds(kind: string, edge: string): readonly string[] {
	if (kind === 'campus') return edge === 'custody' ? ['school', 'commune_office', 'department'] : ['school'];
	if (edge === 'place') return ['commune'];
	if (edge === 'custody') return ['school', 'commune_office', 'department', 'ministry'];
	return ['commune_office', 'department', 'ministry'];
}
