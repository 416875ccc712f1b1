"""Who may open which page, written by hand from the rules, without looking at the table.

``ROLES`` names the roles for which a page exists; for every other signed-in account it answers as
if it were not there, and who is not signed in is asked to sign in. A new page is added here.
"""

WORK = "lead therapist supervisor on_call"
OFFICE = "manager privacy auditor admin"

ROLES = {
    # circle
    "circle:home": "concerned",
    "circle:plan": "concerned",
    "circle:alone": "concerned",
    "circle:told": "concerned",
    "circle:take-back": "concerned",
    "circle:agree": "concerned",
    "circle:agreed-end": "concerned",
    "circle:leave": "concerned",
    # practitioner
    "practitioner:today": WORK + " coordinator",
    "practitioner:task-done": WORK,
    "practitioner:concerns": WORK,
    "practitioner:concern": WORK,
    "practitioner:concern-open": "lead",
    "practitioner:concern-end": "lead",
    "practitioner:cases": WORK,
    "practitioner:case": WORK,
    "practitioner:case-disclose": "lead",
    "practitioner:case-engage": "lead",
    "practitioner:case-decide": "lead",
    "practitioner:case-circle": WORK,
    "practitioner:circle-add": "lead",
    "practitioner:circle-member": WORK,
    "practitioner:circle-invite": "lead",
    "practitioner:circle-end": "lead",
    "practitioner:circle-check": WORK,
    "practitioner:case-consent": "lead therapist supervisor",
    "practitioner:consent-record": "lead",
    "practitioner:consent-refusal": "lead",
    "practitioner:consent-capacity": "lead",
    "practitioner:consent-withdraw": "lead",
    "practitioner:case-choose": WORK,
    "practitioner:choose-decide": "lead",
    "practitioner:case-closing": "lead",
    "practitioner:closing-start": "lead",
    "practitioner:closing-prolong": "lead",
    "practitioner:credentials": WORK,
    "practitioner:credential-add": WORK,
    "practitioner:crisis-board": WORK,
    "practitioner:alert": WORK,
    "practitioner:alert-take": WORK,
    "practitioner:alert-contact": WORK,
    "practitioner:alert-no-way": WORK,
    "practitioner:alert-confirm": WORK,
    "practitioner:alert-close": WORK,
    # office
    "office:overview": OFFICE,
    "office:people": OFFICE,
    "office:person": OFFICE,
    "office:invite": "manager",
    "office:invite-again": "manager",
    "office:give-role": "manager",
    "office:end-role": "manager",
    "office:confirm-second": "manager",
    "office:lock": "admin",
    "office:service-list": OFFICE,
    "office:service-new": "manager admin",
    "office:service-edit": "manager admin",
    "office:rota": "manager admin",
    "office:rota-add": "manager",
    "office:rota-end": "manager",
    "office:line-list": OFFICE,
    "office:line-called": "manager admin",
    "office:trail": "privacy auditor",
}

# Whoever is signed in, for their own account and nothing else.
OWN_ACCOUNT = {
    "home", "own:index", "own:kept", "own:forget-kept",
    "account_logout", "account_reauthenticate", "account_change_password", "account_set_password",
    "mfa_index", "mfa_reauthenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn", "mfa_edit_webauthn", "usersessions_list",
}  # fmt: skip

# Who holds a private link of this purpose; nobody else, signed in or not.
LINK = {
    "circle:join": "join_circle",
    "answer:form-start": "answer",
    "answer:form-question": "answer",
    "answer:form-check": "answer",
    "answer:form-help": "answer",
    "answer:form-thanks": "answer",
    "answer:form-decline": "answer",
}

# Nobody: the library's pages that we do not offer.
CLOSED = {
    "account_signup", "account_email", "account_email_verification_sent", "account_confirm_email",
}  # fmt: skip

# Anybody. These show nothing of a person; a page with a token of its own checks that itself.
PUBLIC = {
    "set_up", "circle:left", "answer:open", "answer:open-with-slash",
    "public:start", "public:worried", "public:first", "public:go_on", "public:question",
    "public:visit_help", "public:visit_child", "public:visit_number", "public:visit_more",
    "public:visit_later", "public:visit_thanks", "public:help", "public:help_elsewhere",
    "public:what_helps", "public:one_way", "public:about_a_child", "public:about_me",
    "public:private", "public:leave", "public:leave_visit",
    "account_login", "account_request_login_code", "account_confirm_login_code",
    "account_inactive", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_login_webauthn", "parts:gallery", "parts:page",
}  # fmt: skip
