package com.amplihack.auth.admin.transfer;

import com.amplihack.auth.admin.AdminAudit;
import com.amplihack.auth.admin.Delegation;
import com.amplihack.auth.admin.TokenSizeCheck;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.transfer.AccountImport;
import com.amplihack.auth.users.transfer.ImportAnswer;
import com.amplihack.auth.users.transfer.ImportOptions;
import com.amplihack.auth.users.transfer.ImportSink;
import com.amplihack.auth.users.transfer.ImportSummary;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code /admin/api/users/import}: takes accounts over, a line of NDJSON each. */
@Path("/admin/api/users/import")
@RequestScoped
public class ImportResource {
    private static final String DRY_RUN = "dry_run";
    private static final String UPDATE = "update";
    private static final String CREATE_ROLES = "create_roles";
    private static final Set<String> TYPES = Set.of(ImportOutput.LINES, "application/ndjson");

    @Inject
    private AccountImport accounts;

    @Inject
    private Delegation delegation;

    @Inject
    private TokenSizeCheck fit;

    @Inject
    private AdminAudit audit;

    /** Writes the answer itself, while the request's body is read. */
    @POST
    @RolesAllowed("admin")
    @Produces({ImportOutput.LINES, ImportOutput.EVENTS})
    public void importAccounts(
            @Context UriInfo uri, @Context HttpServletRequest request, @Context HttpServletResponse response)
            throws IOException {
        TransferQuery query = new TransferQuery(uri.getQueryParameters(), Set.of(DRY_RUN, UPDATE, CREATE_ROLES));
        ImportOptions options = new ImportOptions(query.flag(DRY_RUN), query.flag(UPDATE), query.flag(CREATE_ROLES));
        requireLines(request);
        RightsCheck allowed = delegation.ofImport(fit);
        try (ImportOutput output = output(request, response)) {
            audit.record("import_users_begun", target(options), null, null);
            ImportSummary summary =
                    accounts.run(request.getInputStream(), options, allowed, new Audited(output, options.dryRun()));
            audit.record(
                    "import_users",
                    target(options),
                    null,
                    ImportJson.of(summary)
                            .add("complete", summary.stopped().isEmpty())
                            .add("sha256", summary.sha256().orElse("")));
            output.end(summary, options.dryRun());
        }
    }

    private static ImportOutput output(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String accepted =
                Optional.ofNullable(request.getHeader("Accept")).orElse("").toLowerCase(Locale.ROOT);
        return accepted.contains(ImportOutput.EVENTS)
                ? new ImportOutput.AsEvents(response)
                : new ImportOutput.AsLines(response);
    }

    private static void requireLines(HttpServletRequest request) {
        String type = Optional.ofNullable(request.getContentType()).orElse("");
        if (!TYPES.contains(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            throw new AuthException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be " + ImportOutput.LINES + ", a line an account.");
        }
    }

    private static String target(ImportOptions options) {
        return String.join(
                " ",
                Stream.of(
                                options.dryRun() ? DRY_RUN : "",
                                options.update() ? UPDATE : "",
                                options.createRoles() ? CREATE_ROLES : "")
                        .filter(option -> !option.isEmpty())
                        .toList());
    }

    /** Audits each account that existed before and is another now, or that administers; the others are counted at the end. */
    private final class Audited implements ImportSink {
        private final ImportSink output;
        private final boolean dryRun;

        private Audited(ImportSink output, boolean dryRun) {
            this.output = output;
            this.dryRun = dryRun;
        }

        @Override
        public void answer(ImportAnswer answer) throws IOException {
            if (answer.isNotable() && !dryRun) {
                String action = answer.status() == ImportAnswer.Status.CREATED ? "create_user" : "change_user";
                audit.record(action + "_by_import", answer.userId().orElse(""), null, ImportJson.builder(answer));
            }
            output.answer(answer);
        }

        @Override
        public void progress(ImportSummary soFar) throws IOException {
            output.progress(soFar);
        }
    }
}
