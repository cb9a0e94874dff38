package com.amplihack.auth.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Writes the container's own error responses as problems, and that nothing is where no filter has answered. */
public class ErrorServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // no error led here: nothing is there
        ErrorCode code = status instanceof Integer number ? ErrorCode.ofStatus(number) : ErrorCode.NOT_FOUND;
        if (code == ErrorCode.INSUFFICIENT_PERMISSIONS) {
            code = ErrorCode.METHOD_NOT_ALLOWED; // the container's only 403 is for writing to static files
        }
        Problem.of(code, code.title() + ".").writeTo(response);
    }
}
