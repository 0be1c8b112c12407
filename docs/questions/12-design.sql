-- Allocation, masking and purpose
-- AACT: `designs`
SELECT allocation, masking, primary_purpose, count(*) AS trials FROM trials WHERE study_type = 'interventional'
GROUP BY ALL ORDER BY trials DESC, allocation, masking, primary_purpose
