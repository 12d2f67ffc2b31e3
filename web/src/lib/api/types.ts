// Short names for the shapes in openapi.json, which `npm run api` turns into schema.d.ts.
import type { components, operations } from './schema';

type Schemas = components['schemas'];

/** A page of any list. */
export interface Page<Row> {
	items: Row[];
	next?: string | null;
	total: number;
	total_is_more: boolean;
}

export type About = Schemas['About'];
export type UnitRef = Schemas['UnitRef'];
export type Grant = Schemas['GrantView'];
export type Me = Schemas['Me'];
export type Job = Schemas['JobView'];
export type Recurring = Schemas['RecurringView'];
export type Setting = Schemas['SettingView'];
export type PeopleHeld = Schemas['PeopleHeld'];
export type SettingValue = Schemas['SettingValue'];
export type SecondStep = Schemas['SecondStep'];
export type Factors = Schemas['Factors'];
export type Passkey = Schemas['Passkey'];
/** A passkey as WebAuthn's JSON writes it; what is in it only the server looks at. */
export type PasskeyJson = Schemas['PasskeyAnswer']['credential'];
export type TotpBegun = Schemas['TotpBegun'];
export type Session = Schemas['SessionView'];
export type UnitRow = Schemas['UnitRow'];
export type Unit = Schemas['Unit'];
export type UnitPart = Schemas['UnitPart'];
export type History = Schemas['History'];
export type Account = Schemas['AccountRef'];
export type PasswordRenewed = Schemas['PasswordRenewed'];
export type Outcome = Schemas['Outcome'];
export type Target = Schemas['Target'];
export type UnitAccount = Schemas['UnitAccount'];
export type Invitation = Schemas['InvitationView'];
export type NewInvitation = Schemas['Invited'];
export type InvitationLook = Schemas['InvitationLook'];
export type Role = Schemas['RoleView'];
export type Spec = Schemas['KindSpec'];
export type ClassRow = Schemas['ClassRow'];
export type Class = Schemas['Class'];
export type ClassPupil = Schemas['ClassPupil'];
export type ClassSubjects = Schemas['ClassSubjects'];
export type PupilRow = Schemas['PupilRow'];
export type Pupil = Schemas['Pupil'];
export type PupilQuery = NonNullable<operations['pupils']['parameters']['query']>;
export type Fields = Schemas['Fields'];
export type FieldGroup = Schemas['FieldGroup'];
export type FieldAbout = Schemas['FieldAbout'];
export type FieldParts = Schemas['FieldParts'];
export type GroupHistory = Schemas['GroupHistory'];
export type SchoolYearShown = Schemas['SchoolYearShown'];
export type YearPlan = Schemas['YearPlan'];
export type RollOver = Schemas['RollOver'];
export type RollOverPreview = Schemas['RollOverPreview'];
export type RollOverDone = Schemas['RollOverDone'];
export type UnitQuery = NonNullable<operations['units']['parameters']['query']>;
export type Import = Schemas['Import'];
export type ListedImport = Schemas['ListedImport'];
export type ImportTable = Schemas['TableView'];
export type ImportColumn = Schemas['ColumnView'];
export type ImportRow = Schemas['RowView'];
export type ImportSaid = Schemas['Said'];
export type ImportProblem = Schemas['ImportProblem'];
export type ChangeImport = Schemas['ChangeImport'];
export type ImportChoice = Schemas['Choice'];
export type Counts = Schemas['Counts'];
export type ImportRowsQuery = NonNullable<operations['list_import_rows']['parameters']['query']>;
export type Duplicate = Schemas['DuplicateRow'];
export type DuplicateSide = Schemas['DuplicateSide'];
export type DuplicateAcross = Schemas['DuplicateAcross'];
export type DuplicatesQuery = NonNullable<operations['list_duplicates']['parameters']['query']>;
export type Export = Schemas['Export'];
export type ExportOffers = Schemas['ExportOffers'];
export type Glass = Schemas['Glass'];
export type GlassPerson = Schemas['GlassPerson'];
export type GuardianLink = Schemas['GuardianLink'];
export type Child = Schemas['Child'];
