package com.amplihack.auth.problem;

import jakarta.ejb.AccessLocalException;
import jakarta.ejb.EJBAccessException;
import jakarta.ejb.EJBException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Maps every exception of a resource to a problem that reveals nothing of its cause. */
public class ProblemMapper implements ExceptionMapper<Throwable> {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(ProblemMapper.class.getName()), 5);

    @Override
    public Response toResponse(Throwable thrown) {
        Throwable cause = thrown instanceof EJBException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof AuthException refusal) {
            return answer(Problem.of(refusal)).build();
        }
        // Payara throws the second if the EJB was injected into a CDI bean of the same WAR
        if (cause instanceof EJBAccessException || cause instanceof AccessLocalException) {
            return answer(Problem.of(ErrorCode.INSUFFICIENT_PERMISSIONS, "This needs a role that the token lacks."))
                    .build();
        }
        if (cause instanceof WebApplicationException http) {
            Response original = http.getResponse();
            if (original.getStatus() == 404) {
                return Response.status(404).build(); // without a body, so that Jersey falls through to the static files
            }
            ErrorCode code = ErrorCode.ofStatus(original.getStatus());
            Response.ResponseBuilder answer = answer(Problem.of(code, code.title() + "."));
            if (original.getHeaderString("Allow") != null) {
                answer.header("Allow", original.getHeaderString("Allow")); // RFC 9110 section 15.5.6
            }
            return answer.build();
        }
        LOG.log(Level.SEVERE, cause.getClass().getName(), "A request failed with an unexpected exception", thrown);
        return answer(Problem.of(ErrorCode.INTERNAL_ERROR, "The server could not finish the request."))
                .build();
    }

    /** A response with the problem, to which headers may be added. */
    public static Response.ResponseBuilder answer(Problem problem) {
        Response.ResponseBuilder answer =
                Response.status(problem.status()).entity(problem.body()).type(Problem.MEDIA_TYPE);
        problem.headers().forEach(answer::header);
        return answer;
    }
}
